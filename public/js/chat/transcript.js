import { isStored, storedEntry, unsentEntry } from './entry.js';

/** @import { ChatMessage } from '../net/protocol.js' */
/** @typedef {import('./entry.js').Entry} Entry */
/** @typedef {import('./entry.js').MessageEntry} MessageEntry */
/** @typedef {import('./entry.js').NoticeEntry} NoticeEntry */
/** @typedef {import('./entry.js').NoticeKind} NoticeKind */
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

  #you = '';
  /** The own peer ids, the former ones too. @type {Set<string>} */
  #ids = new Set();
  /** The stored ones. @type {Map<number, MessageEntry>} */
  #byN = new Map();
  /** Own lines on their way or failed, by key. @type {Map<string, MessageEntry>} */
  #unsent = new Map();
  /** The greatest `n` inserted or loaded. */
  #newest = 0;

  /** The own peer id. What is from it, or from one set before, is `own`. */
  get you() {
    return this.#you;
  }

  set you(id) {
    this.#you = id;
    this.#ids.add(id);
  }

  /** The `n` of the oldest message, null without any. */
  get first() {
    return this.entries.find(isStored)?.n ?? null;
  }

  /** Own lines that are on their way or have failed. */
  get unsent() {
    return [...this.#unsent.values()];
  }

  /**
   * Starts over with what the server holds. Own lines it does not hold stay, so that nothing typed is lost.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   */
  load(messages, more) {
    const removed = this.entries;
    for (const { key } of messages) this.#unsent.delete(key);
    const unsent = removed.filter((entry) => entry.kind === 'message' && this.#unsent.get(entry.key) === entry);
    this.#byN.clear();
    this.entries = [...messages.map((message) => this.#entry(message)), ...unsent];
    this.#newest = messages.at(-1)?.n ?? 0;
    this.more = more;
    this.#changed({ added: [...this.entries], removed });
  }

  /** Forgets everything, as when another room is entered. */
  clear() {
    const removed = this.entries;
    this.entries = [];
    this.#byN.clear();
    this.#unsent.clear();
    this.#newest = 0;
    this.more = false;
    this.#changed({ removed });
  }

  /**
   * Adds lines that an earlier page could not send, as failed ones. One of them that is stored after all is own.
   * @param {{key: string, text: string}[]} lines
   * @param {string} name
   */
  restore(lines, name) {
    const changed = [];
    const added = [];
    for (const { key, text } of lines) {
      const there = this.entries.find((entry) => entry.kind === 'message' && entry.key === key);
      if (!there) {
        const entry = { ...unsentEntry({ key, text, name }, this.#you), state: /** @type {const} */ ('failed'), problem: 'closed' };
        this.#unsent.set(key, entry);
        this.entries.push(entry);
        added.push(entry);
      } else if (there.kind === 'message' && !there.own) {
        this.#ids.add(there.from);
        there.own = true;
        changed.push(there);
      }
    }
    if (added.length + changed.length > 0) this.#changed({ added, changed });
  }

  /**
   * Drops the oldest entries that are not own unsent lines, until so many are left. What is dropped can be asked for
   * again: there is `more` then.
   * @param {number} limit
   */
  trim(limit) {
    let surplus = this.entries.length - limit;
    if (surplus <= 0) return;
    /** @type {Entry[]} */
    const removed = [];
    this.entries = this.entries.filter((entry) => {
      if (surplus <= 0 || (entry.kind === 'message' && entry.state !== 'sent')) return true;
      surplus -= 1;
      removed.push(entry);
      return false;
    });
    for (const entry of removed.filter(isStored)) {
      this.#byN.delete(entry.n);
      this.more = true;
    }
    if (removed.length > 0) this.#changed({ removed });
  }

  /**
   * Adds older messages.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   */
  prepend(messages, more) {
    const added = [];
    for (const message of messages) {
      if (this.#byN.has(message.n)) continue;
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
  pending(line) {
    const entry = unsentEntry(line, this.#you);
    this.#unsent.set(entry.key, entry);
    this.entries.push(entry);
    this.#changed({ added: [entry] });
  }

  /**
   * Takes a message the server stored: an own line with that key is sent now, any other is new.
   * @param {ChatMessage} message
   */
  stored(message) {
    if (this.#byN.has(message.n)) return;
    const own = this.#ids.has(message.from) ? this.#unsent.get(message.key) : undefined;
    if (!own) {
      const entry = this.#entry(message);
      this.#insert(entry);
      this.#changed({ added: [entry] });
      return;
    }
    this.#unsent.delete(message.key);
    Object.assign(own, this.#entry(message));
    this.#byN.set(message.n, own);
    this.#move(own);
  }

  /**
   * Takes the new state of a message that was edited or deleted.
   * @param {ChatMessage} message
   */
  changed(message) {
    const entry = this.#byN.get(message.n);
    if (!entry) return;
    Object.assign(entry, this.#entry(message));
    this.#byN.set(message.n, entry);
    this.#changed({ changed: [entry] });
  }

  /**
   * @param {string} key
   * @param {string} [problem] error code
   */
  failed(key, problem = 'closed') {
    const entry = this.#unsent.get(key);
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
    const entry = this.#unsent.get(key);
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
   * @returns {MessageEntry} known by its `n` from now on
   */
  #entry(message) {
    const entry = storedEntry(message, this.#ids.has(message.from));
    this.#byN.set(message.n, entry);
    return entry;
  }

  /** Index after everything but the own lines on their way, which are always last. */
  #settledEnd() {
    return this.entries.findLastIndex((entry) => entry.kind === 'notice' || entry.state !== 'pending') + 1;
  }

  /** @param {MessageEntry} entry */
  #move(entry) {
    this.entries.splice(this.entries.lastIndexOf(entry), 1);
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
    if (n > this.#newest) {
      this.#newest = n;
      this.entries.splice(this.#settledEnd(), 0, entry);
      return;
    }
    const later = this.entries.findIndex((other) => isStored(other) && other.n > n);
    this.entries.splice(later === -1 ? this.#settledEnd() : later, 0, entry);
  }

  /** @param {Partial<TranscriptChange>} change */
  #changed(change) {
    const detail = { added: [], changed: [], removed: [], ...change };
    this.dispatchEvent(new CustomEvent('change', { detail }));
  }
}
