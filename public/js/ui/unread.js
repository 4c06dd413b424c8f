/** @typedef {import('../chat/transcript.js').Entry} Entry */
/** @typedef {import('../chat/transcript.js').MessageEntry} MessageEntry */

/** How many messages of others came since the chat was last seen. */
export class Unread {
  /** The greatest `n` that was looked at. */
  #newest = 0;
  /** @type {MessageEntry[]} */
  #unread = [];

  /** @param {readonly Entry[]} entries what was said before one came in; it counts as read */
  constructor(entries) {
    this.count(entries, true);
  }

  /**
   * @param {readonly Entry[]} entries in order
   * @param {boolean} seen whether the newest are on the screen
   * @returns {number}
   */
  count(entries, seen) {
    let newest = this.#newest;
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i];
      if (entry.kind !== 'message' || entry.n === null) continue;
      if (entry.n <= this.#newest) break;
      newest = Math.max(newest, entry.n);
      if (!entry.own) this.#unread.push(entry);
    }
    this.#newest = newest;
    if (seen) this.#unread = [];
    return this.#unread.reduce((count, { deleted }) => (deleted ? count : count + 1), 0);
  }
}
