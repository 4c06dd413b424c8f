/** @import { Entry, NoticeEntry, StoredEntry } from './entry.js' */

/** Notices remembered while they are out of the window. */
export const NOTICES_KEPT = 500;

/** The notices of a room and where they belong, those too that are out of the window. */
export class Notices {
  /**
   * In the order they happened; `after`: the newest `n` then.
   * @type {Map<NoticeEntry, {after: number, shown: boolean}>}
   */
  #all = new Map();

  /**
   * @param {NoticeEntry} notice
   * @param {number} after the newest `n` when it happened
   * @param {boolean} shown whether it is in the window
   */
  add(notice, after, shown) {
    this.#all.set(notice, { after, shown });
    for (const [oldest, place] of this.#all) {
      if (this.#all.size <= NOTICES_KEPT || place.shown) break;
      this.#all.delete(oldest);
    }
  }

  /** @param {NoticeEntry} notice */
  hide(notice) {
    const place = this.#all.get(notice);
    if (place) place.shown = false;
  }

  hideAll() {
    for (const place of this.#all.values()) place.shown = false;
  }

  clear() {
    this.#all.clear();
  }

  /**
   * Shows the hidden notices that happened after messages from `low` on and before `high`.
   * @param {StoredEntry[]} messages in order
   * @param {number} low
   * @param {number} high
   * @returns {Entry[]} the messages with the notices where they belong
   */
  weave(messages, low, high) {
    /** @type {Entry[]} */
    const woven = [];
    let next = 0;
    for (const [notice, place] of this.#all) {
      if (place.shown || place.after < low || place.after >= high) continue;
      while (next < messages.length && messages[next].n <= place.after) woven.push(messages[next++]);
      woven.push(notice);
      place.shown = true;
    }
    return [...woven, ...messages.slice(next)];
  }
}
