import { storedEntry, unsentEntry } from './entry.js';

/** @import { ChatMessage } from '../net/protocol.js' */
/** @import { Line, MessageEntry, StoredEntry } from './entry.js' */

/** Which lines are one's own, and those of them the server has not. */
export class OwnLines {
  #you = '';
  /** The own peer ids, the former ones too. @type {Set<string>} */
  #ids = new Set();
  /** On their way or failed, by key. @type {Map<string, MessageEntry>} */
  #unsent = new Map();
  #nameOf;

  /** @param {(id: string, name: string) => string} [nameOf] under which somebody of that id and name is shown */
  constructor(nameOf = (_, name) => name) {
    this.#nameOf = nameOf;
  }

  /** The own peer id. */
  get you() {
    return this.#you;
  }

  set you(id) {
    this.#you = id;
    this.#ids.add(id);
  }

  /** Those on their way after those that have failed. */
  get unsent() {
    const all = [...this.#unsent.values()];
    return [...all.filter(({ state }) => state === 'failed'), ...all.filter(({ state }) => state === 'pending')];
  }

  /** @param {string} from a peer id */
  has(from) {
    return this.#ids.has(from);
  }

  /** @param {ChatMessage} message */
  entry(message) {
    const name = this.#nameOf(message.from, message.name);
    return storedEntry({ ...message, name }, this.#ids.has(message.from));
  }

  /** @param {string} key */
  get(key) {
    return this.#unsent.get(key);
  }

  /**
   * @param {Line & {name: string, at?: Date}} line
   * @param {string} [from] the own peer id when it was written
   */
  add(line, from = this.#you) {
    const entry = unsentEntry(line, from);
    this.#unsent.set(line.key, entry);
    return entry;
  }

  /**
   * The own unsent line that this message is, sent now.
   * @param {ChatMessage} message
   * @returns {StoredEntry|null}
   */
  settle(message) {
    const line = this.#unsent.get(message.key);
    if (!line || (line.from !== message.from && !this.#ids.has(message.from))) return null;
    this.#unsent.delete(message.key);
    return Object.assign(line, this.entry(message));
  }

  /** @param {string} key */
  delete(key) {
    this.#unsent.delete(key);
  }

  clear() {
    this.#unsent.clear();
  }
}
