/** @import { ChatMessage } from '../net/protocol.js' */
/**
 * A line somebody wrote. The same object stays in `entries` while its state changes.
 * @typedef {object} MessageEntry
 * @property {'message'} kind
 * @property {string} key
 * @property {number|null} n place in the room's order; null until it is stored
 * @property {string} from peer id
 * @property {string} name
 * @property {boolean} own
 * @property {string|null} to peer id of the only other reader, null when it is for all
 * @property {string} text
 * @property {Date} at
 * @property {'sent'|'pending'|'failed'} state
 * @property {string|null} problem error code of a failed one
 * @property {boolean} deleted
 * @property {boolean} edited
 */
/** @typedef {'joined'|'left'|'lost'|'renamed'} NoticeKind */
/** @typedef {{kind: 'notice', what: NoticeKind, name: string, newName?: string, at: Date}} NoticeEntry */
/** @typedef {MessageEntry|NoticeEntry} Entry */
/** @typedef {{added: Entry[], changed: Entry[], removed: Entry[]}} TranscriptChange */

/**
 * What the chat log shows, from top to bottom: stored messages in the room's order (`n`), notices where they happened,
 * then the own lines still on their way. Failed ones stay where they failed.
 *
 * Event `change`, detail {@link TranscriptChange}; a changed entry may have moved.
 */
export class Transcript extends EventTarget {
  /** @type {Entry[]} */
  entries = [];
  /** Whether the server has older messages than the first. */
  more = false;
  /** The own peer id, which makes an entry `own`. */
  you = '';

  /** The `n` of the oldest message, null without any. */
  get first() {
    return this.#messages().find(({ n }) => n !== null)?.n ?? null;
  }

  /**
   * Starts over with what the server holds. Own lines it does not hold stay, so that nothing typed is lost.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   */
  load(messages, more) {
    const known = new Set(messages.map(({ key }) => key));
    const removed = this.entries;
    const unsent = this.#messages().filter(({ state, key }) => state !== 'sent' && !known.has(key));
    this.entries = [...messages.map((message) => this.#entry(message)), ...unsent];
    this.more = more;
    this.#changed({ added: [...this.entries], removed });
  }

  /** Forgets everything, as when another room is entered. */
  clear() {
    const removed = this.entries;
    this.entries = [];
    this.more = false;
    this.#changed({ removed });
  }

  /**
   * Adds older messages.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   */
  prepend(messages, more) {
    const added = [];
    for (const message of messages) {
      if (this.#byN(message.n)) continue;
      const entry = this.#entry(message);
      this.#insert(entry);
      added.push(entry);
    }
    this.more = more;
    this.#changed({ added });
  }

  /**
   * Adds an own line that is on its way.
   * @param {{key: string, text: string, name: string, to?: string|null, at?: Date}} line
   */
  pending({ key, text, name, to = null, at = new Date() }) {
    /** @type {MessageEntry} */
    const entry = {
      kind: 'message', key, n: null, from: this.you, name, own: true, to, text, at,
      state: 'pending', problem: null, deleted: false, edited: false,
    };
    this.entries.push(entry);
    this.#changed({ added: [entry] });
  }

  /**
   * Takes a message the server stored: an own line with that key is sent now, any other is new.
   * @param {ChatMessage} message
   */
  stored(message) {
    if (this.#byN(message.n)) return;
    const own = message.from === this.you ? this.#unsent(message.key) : undefined;
    const entry = this.#entry(message);
    if (!own) {
      this.#insert(entry);
      this.#changed({ added: [entry] });
      return;
    }
    Object.assign(own, entry);
    this.#move(own);
  }

  /**
   * Takes the new state of a message that was edited or deleted.
   * @param {ChatMessage} message
   */
  changed(message) {
    const entry = this.#byN(message.n);
    if (!entry) return;
    Object.assign(entry, this.#entry(message));
    this.#changed({ changed: [entry] });
  }

  /**
   * @param {string} key
   * @param {string} [problem] error code
   */
  failed(key, problem = 'closed') {
    const entry = this.#unsent(key);
    if (!entry) return;
    entry.state = 'failed';
    entry.problem = problem;
    this.#changed({ changed: [entry] });
  }

  /**
   * Puts a failed line on its way again, below all others.
   * @param {string} key
   * @returns {MessageEntry|null} the line, null when none of that key has failed
   */
  retrying(key) {
    const entry = this.#unsent(key);
    if (entry?.state !== 'failed') return null;
    entry.state = 'pending';
    entry.problem = null;
    entry.at = new Date();
    this.#move(entry);
    return entry;
  }

  /**
   * @param {NoticeKind} what
   * @param {string} name
   * @param {string} [newName] of `renamed`
   */
  notice(what, name, newName) {
    /** @type {NoticeEntry} */
    const entry = { kind: 'notice', what, name, at: new Date(), ...(newName !== undefined && { newName }) };
    this.entries.splice(this.#settledEnd(), 0, entry);
    this.#changed({ added: [entry] });
  }

  /**
   * @param {ChatMessage} message
   * @returns {MessageEntry}
   */
  #entry({ key, n, from, name, to, text, at, deleted, edited }) {
    return {
      kind: 'message', key, n, from, name, own: from === this.you, to: to ?? null, text, at: new Date(at),
      state: 'sent', problem: null, deleted: Boolean(deleted), edited: Boolean(edited),
    };
  }

  #messages() {
    return this.entries.filter((entry) => entry.kind === 'message');
  }

  /** @param {number} n */
  #byN(n) {
    return this.#messages().find((entry) => entry.n === n);
  }

  /** @param {string} key */
  #unsent(key) {
    return this.#messages().find((entry) => entry.key === key && entry.state !== 'sent');
  }

  /** Index after everything but the own lines on their way, which are always last. */
  #settledEnd() {
    return this.entries.findLastIndex((entry) => entry.kind === 'notice' || entry.state !== 'pending') + 1;
  }

  /** @param {MessageEntry} entry */
  #move(entry) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.#insert(entry);
    this.#changed({ changed: [entry] });
  }

  /** @param {MessageEntry} entry stored or pending */
  #insert(entry) {
    const { n } = entry;
    if (n === null) {
      this.entries.push(entry);
      return;
    }
    const later = this.entries.findIndex((other) => other.kind === 'message' && other.n !== null && other.n > n);
    this.entries.splice(later === -1 ? this.#settledEnd() : later, 0, entry);
  }

  /** @param {Partial<TranscriptChange>} change */
  #changed(change) {
    const detail = { added: [], changed: [], removed: [], ...change };
    this.dispatchEvent(new CustomEvent('change', { detail }));
  }
}
