/** @typedef {import('../chat/transcript.js').Entry} Entry */

/** How many messages of others came since the chat was last seen. */
export class Unread {
  #read;

  /** @param {readonly Entry[]} entries what was said before one came in; it counts as read */
  constructor(entries) {
    this.#read = newest(entries);
  }

  /**
   * @param {readonly Entry[]} entries in order
   * @param {boolean} seen whether the newest are on the screen
   * @returns {number}
   */
  count(entries, seen) {
    if (seen) this.#read = Math.max(this.#read, newest(entries));
    let unread = 0;
    for (const entry of entries) {
      if (entry.kind === 'message' && !entry.own && !entry.deleted && (entry.n ?? 0) > this.#read) unread += 1;
    }
    return unread;
  }
}

/** @param {readonly Entry[]} entries */
function newest(entries) {
  let n = 0;
  for (const entry of entries) if (entry.kind === 'message') n = Math.max(n, entry.n ?? 0);
  return n;
}
