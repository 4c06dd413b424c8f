import { ProtocolError } from '../net/protocol.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {(query: string, options: {before?: number}) => Promise<{entries: MessageEntry[], more: boolean}>} Search */
/** @typedef {{query: string, before: number | null}} Wish */

/** What a search has found so far. One request is under way at a time; of the wishes meanwhile, the newest counts. */
export class Finder {
  /** What was asked for last. */
  query = '';
  /** The newest first. @type {MessageEntry[]} */
  results = [];
  /** Whether there are older ones. */
  more = false;
  /** The error code of the last request, null when it worked. @type {string | null} */
  problem = null;

  #search;
  #changed;
  #busy = false;
  /** @type {Wish | null} */
  #wish = null;
  /** The `n` of the oldest that the server found. @type {number | null} */
  #oldest = null;

  /**
   * @param {object} options
   * @param {Search} options.search rejects with ProtocolError
   * @param {() => void} options.changed called after every change of what is found
   */
  constructor({ search, changed }) {
    this.#search = search;
    this.#changed = changed;
  }

  /** Whether an answer is awaited. */
  get busy() {
    return this.#busy;
  }

  /** Searches from the newest message on, also for what was searched before. @param {string} query */
  start(query) {
    this.#ask({ query, before: null });
  }

  /** Looks for older ones, unless something is under way. */
  older() {
    if (!this.#busy && this.more) this.#ask({ query: this.query, before: this.#oldest });
  }

  /** Takes a message as it stands now. @param {MessageEntry} message */
  restated(message) {
    if (!this.results.some(({ n }) => n === message.n)) return;
    this.results = this.results.map((entry) => (entry.n === message.n ? message : entry)).filter(({ deleted }) => !deleted);
    this.#changed();
  }

  /** @param {Wish} wish */
  async #ask(wish) {
    this.query = wish.query;
    this.#wish = wish;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wish) await this.#grant(this.#wish);
    this.#busy = false;
    this.#changed();
  }

  /** @param {Wish} wish */
  async #grant(wish) {
    const { query, before } = wish;
    this.#changed();
    try {
      const found = query ? await this.#search(query, before === null ? {} : { before }) : { entries: [], more: false };
      if (this.#wish === wish) this.#take(wish, found);
    } catch (error) {
      if (this.#wish === wish) this.#fail(wish, error instanceof ProtocolError ? error.code : 'unknown');
    }
    if (this.#wish === wish) this.#wish = null;
  }

  /** @param {Wish} wish @param {string} code */
  #fail({ before }, code) {
    this.problem = code;
    if (before === null) Object.assign(this, { results: [], more: false });
  }

  /** @param {Wish} wish @param {{entries: MessageEntry[], more: boolean}} found oldest first */
  #take({ before }, { entries, more }) {
    const news = entries.filter(({ deleted }) => !deleted).reverse();
    this.results = before === null ? news : [...this.results, ...news];
    this.#oldest = entries[0]?.n ?? before;
    this.more = more;
    this.problem = null;
  }
}
