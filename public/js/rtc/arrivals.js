/** @import { Reading } from './reading.js' */
/** @import { FlowKind } from './watchdog.js' */

/** So long no new picture may come of what should, ms. */
export const FROZEN_MS = 3_000;
/** So long no packet of sound may; silence is sent too, a few times a second (RFC 7587, section 3.1.3). */
export const SILENT_MS = 5_000;

/** Whether picture and sound that should come in do, as a person would say it. */
export class Arrivals {
  frozen = false;
  silent = false;

  /** When each count last grew, or began to be watched. @type {Map<'frames'|'audio', {at: number, count: number}>} */
  #news = new Map();

  /**
   * @param {Reading|null} reading null: there is no connection
   * @param {FlowKind[]|null} expected what should come; null: nobody can tell
   */
  read(reading, expected) {
    this.frozen = this.#lacks('frames', reading, expected?.includes('camera'), FROZEN_MS);
    this.silent = this.#lacks('audio', reading, expected?.includes('audio'), SILENT_MS);
  }

  /** Watches anew. */
  restart() {
    this.#news.clear();
    this.frozen = false;
    this.silent = false;
  }

  /**
   * @param {'frames'|'audio'} what
   * @param {Reading|null} reading
   * @param {boolean} [expected]
   * @param {number} [patience] ms
   */
  #lacks(what, reading, expected = false, patience = 0) {
    const news = this.#news.get(what);
    if (!reading || !expected) {
      this.#news.delete(what);
      return false;
    }
    if (!news || reading[what] !== news.count || reading.at < news.at) {
      this.#news.set(what, { at: reading.at, count: reading[what] });
      return false;
    }
    return reading.at - news.at >= patience;
  }
}
