import { OwnLines } from './own-lines.js';
import { Window } from './window.js';

/** @import { ChatMessage } from '../net/protocol.js' */
/** @import { Line, UnsentLine } from './entry.js' */
/** @typedef {import('./entry.js').Entry} Entry */
/** @typedef {import('./entry.js').MessageEntry} MessageEntry */
/** @typedef {import('./entry.js').NoticeEntry} NoticeEntry */
/** @typedef {import('./entry.js').NoticeKind} NoticeKind */
/** @typedef {import('./window.js').TranscriptChange} TranscriptChange */

/**
 * What the chat log shows, from top to bottom: a part of the room's messages without gaps, in the room's order (`n`),
 * notices where they happened, then the own lines still on their way. Failed ones stay where they failed.
 *
 * Events: `change`, detail {@link TranscriptChange}.
 * `arrived`, detail `{entry: MessageEntry}`: somebody else has just said something, whether it is in the window or not.
 * `restated`, detail `{n: number, entry: MessageEntry}`: a message was edited or deleted, whether it is in the window or
 * not; the entry is how it stands now.
 * `restarted`: the room was joined again and its messages are others than before, so that every `n` known of it is void.
 */
export class Transcript extends EventTarget {
  /** The greatest change number known of the room. */
  seq = 0;

  #own;
  #window;

  /** @param {(id: string, name: string) => string} [nameOf] as of {@link OwnLines} */
  constructor(nameOf) {
    super();
    this.#own = new OwnLines(nameOf);
    this.#window = new Window(this.#own);
  }

  /** @type {Entry[]} */
  get entries() {
    return this.#window.entries;
  }

  /** Whether the server has older messages than the first. */
  get more() {
    return this.#window.more;
  }

  /**
   * Whether the server has newer messages than the last: the window is detached from the present. Own unsent lines and
   * what happened after the last message are not in `entries` then; they come back with the newest.
   */
  get newer() {
    return this.#window.newer;
  }

  /** The `n` of the oldest message in the window, null without any. */
  get first() {
    return this.#window.first;
  }

  /** The `n` of the newest message in the window, null without any. */
  get last() {
    return this.#window.last;
  }

  /** The greatest `n` known of the room; 0 without any. */
  get newest() {
    return this.#window.newest;
  }

  /** The own peer id. What is from it, or from one set before, is `own`. */
  get you() {
    return this.#own.you;
  }

  set you(id) {
    this.#own.you = id;
  }

  /** Own lines that have failed, then those on their way, be they in `entries` or not. */
  get unsent() {
    return this.#own.unsent;
  }

  /**
   * The message, if it is in the window.
   * @param {number} n
   * @returns {MessageEntry|undefined}
   */
  at(n) {
    return this.#window.at(n);
  }

  /**
   * An entry that is not in the window.
   * @param {ChatMessage} message
   * @returns {MessageEntry}
   */
  read(message) {
    return this.#own.entry(message);
  }

  /**
   * Starts over with the newest messages. Own lines the server does not hold stay, so that nothing typed is lost.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   * @param {number} [seq] the room's newest change number
   */
  load(messages, more, seq = 0) {
    this.seq = seq;
    this.#window.reset();
    this.view(messages, more, false);
  }

  /**
   * Starts over with messages that have nothing to do with those of before.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   * @param {number} [seq] the room's newest change number
   */
  restart(messages, more, seq) {
    for (const line of this.unsent) line.reply = null;
    this.load(messages, more, seq);
    this.dispatchEvent(new Event('restarted'));
  }

  /** Forgets everything, as when another room is entered. */
  clear() {
    this.#own.clear();
    this.load([], false);
  }

  /**
   * Moves the window.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   * @param {boolean} newer
   */
  view(messages, more, newer) {
    this.#tell(this.#window.view(messages, more, newer));
  }

  /**
   * Adds the messages right before the first.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   */
  prepend(messages, more) {
    this.#tell(this.#window.prepend(messages, more));
  }

  /**
   * Adds the messages right after the last, while detached.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} newer false: the window reaches the present now
   */
  append(messages, newer) {
    this.#tell(this.#window.append(messages, newer));
  }

  /**
   * Takes messages as they stand now, in any order; those known of have changed. A state older than the known one changes
   * nothing.
   * @param {ChatMessage[]} messages
   */
  merge(messages) {
    const { newest } = this;
    this.#tellAny(this.#window.merge(messages));
    for (const message of messages) if (message.n <= newest) this.#restate(message);
  }

  /**
   * Drops the oldest entries but own unsent lines, until `limit` are left. What is dropped can be asked for again.
   * @param {number} limit
   */
  trimOldest(limit) {
    this.#tellAny(this.#window.trimOldest(limit));
  }

  /**
   * Keeps the oldest `limit` entries, if there are more messages; the window is detached then.
   * @param {number} limit
   */
  trimNewest(limit) {
    this.#tellAny(this.#window.trimNewest(limit));
  }

  /**
   * Takes a message that was just said: an own line with that key is sent now, any other is new.
   * @param {ChatMessage} message
   */
  stored(message) {
    const { newest } = this;
    this.seq = Math.max(this.seq, message.seq);
    const change = this.#window.merge([message]);
    this.#tellAny(change);
    const news = change.added.length > 0 || message.n > newest;
    if (!news || this.#own.has(message.from)) return;
    const entry = this.at(message.n) ?? this.read(message);
    this.dispatchEvent(new CustomEvent('arrived', { detail: { entry } }));
  }

  /**
   * Takes the new state of a message that was just edited or deleted.
   * @param {ChatMessage} message
   */
  changed(message) {
    this.seq = Math.max(this.seq, message.seq);
    if (this.at(message.n)) this.#tellAny(this.#window.merge([message]));
    this.#restate(message);
  }

  /**
   * Adds an own line that is on its way.
   * @param {Line & {name: string, at?: Date}} line
   * @returns {MessageEntry}
   */
  pending(line) {
    const entry = this.#own.add(line);
    this.#tell(this.#window.put(entry));
    return entry;
  }

  /**
   * Adds lines that an earlier page could not send, as failed ones. A peer id they are from does not become an own one.
   * @param {UnsentLine[]} lines
   * @param {string} name
   */
  restore(lines, name) {
    const messages = this.entries.filter((entry) => entry.kind === 'message');
    const there = new Set(messages.map(({ from, key }) => `${from} ${key}`));
    /** @type {TranscriptChange} */
    const change = { added: [], changed: [], removed: [] };
    for (const line of lines) {
      if (there.has(`${line.from} ${line.key}`) || this.#own.get(line.key)) continue;
      const entry = this.#own.add({ ...line, name }, line.from);
      entry.state = 'failed';
      entry.problem = line.problem ?? 'closed';
      const { added, changed } = this.#window.put(entry);
      change.added.push(...added);
      change.changed.push(...changed);
    }
    this.#tellAny(change);
  }

  /**
   * @param {string} key
   * @param {string} [problem] error code
   */
  failed(key, problem = 'closed') {
    const entry = this.#own.get(key);
    if (!entry) return;
    entry.state = 'failed';
    entry.problem = problem;
    this.#tell({ added: [], changed: [entry], removed: [] });
  }

  /**
   * Puts a failed line on its way again, below all others.
   * @param {string} key
   * @returns {MessageEntry|null} the line, null when none of that key has failed
   */
  retrying(key) {
    const entry = this.#own.get(key);
    if (entry?.state !== 'failed') return null;
    Object.assign(entry, { state: 'pending', problem: null, at: new Date(), from: this.you });
    this.#tell(this.#window.put(entry));
    return entry;
  }

  /**
   * Forgets a failed line.
   * @param {string} key
   */
  discard(key) {
    const entry = this.#own.get(key);
    if (entry?.state !== 'failed') return;
    this.#own.delete(key);
    this.#tell(this.#window.discard(entry));
  }

  /**
   * @param {NoticeKind} what
   * @param {string} name
   * @param {string} [newName] of `renamed`
   */
  notice(what, name, newName) {
    /** @type {NoticeEntry} */
    const entry = { kind: 'notice', what, name, at: new Date(), ...(newName !== undefined && { newName }) };
    this.#tellAny(this.#window.notice(entry));
  }

  /** @param {ChatMessage} message */
  #restate(message) {
    const entry = this.at(message.n) ?? this.read(message);
    this.dispatchEvent(new CustomEvent('restated', { detail: { n: message.n, entry } }));
  }

  /** @param {TranscriptChange} change */
  #tellAny(change) {
    if (change.added.length + change.changed.length + change.removed.length > 0) this.#tell(change);
  }

  /** @param {TranscriptChange} change */
  #tell(change) {
    this.dispatchEvent(new CustomEvent('change', { detail: change }));
  }
}
