/** @typedef {'audio'|'camera'} FlowKind */
/** @typedef {{at: number} & Record<FlowKind, number>} Reading packets received so far, as of reading.js */
/** @typedef {'flowing'|'stalled'|'unknown'} Flow */

/** So long no packet may come of what should. */
export const STALL_MS = 5_000;
/** Readings further apart say nothing: the machine slept. Timers of a hidden tab fire once a minute. */
export const MAX_GAP_MS = 90_000;
/** How often something is done about it, until media have flowed for so long. */
export const MAX_ATTEMPTS = 2;
export const FLOWED_MS = 60_000;

/** Sees from counts of packets whether what should come comes. */
export class Watchdog {
  #attempts = 0;
  /** The last reading. @type {Reading|null} */
  #last = null;
  /** When there was last news of a kind, or it began to be expected; `grown`: whether there was any news. */
  #news = /** @type {Partial<Record<FlowKind, {at: number, grown: boolean}>>} */ ({});
  /** @type {number|null} */
  #flowingSince = null;

  /** Forgets the readings: what comes from now on is measured. */
  restart() {
    this.#last = null;
    this.#news = {};
    this.#flowingSince = null;
  }

  /**
   * @param {Reading} reading
   * @param {FlowKind[]} expected the kinds that should come
   * @returns {Flow} `unknown`: it is too early to tell
   */
  read(reading, expected) {
    const last = this.#last;
    if (last && (reading.at < last.at || reading.at - last.at > MAX_GAP_MS)) this.restart();
    for (const kind of /** @type {FlowKind[]} */ (['audio', 'camera'])) this.#note(kind, reading, expected);
    this.#last = reading;
    const flow = this.#judge(reading.at);
    this.#flowingSince = flow === 'flowing' ? this.#flowingSince ?? reading.at : null;
    if (this.#flowingSince !== null && reading.at - this.#flowingSince >= FLOWED_MS) this.#attempts = 0;
    return flow;
  }

  /** Asks whether something may be done about a stall, which counts as done then. */
  attempt() {
    if (this.#attempts >= MAX_ATTEMPTS) return false;
    this.#attempts++;
    this.restart();
    return true;
  }

  /**
   * @param {FlowKind} kind
   * @param {Reading} reading
   * @param {FlowKind[]} expected
   */
  #note(kind, reading, expected) {
    const news = this.#news[kind];
    if (!expected.includes(kind)) delete this.#news[kind];
    else if (!news) this.#news[kind] = { at: reading.at, grown: false };
    else if (this.#last && reading[kind] !== this.#last[kind]) this.#news[kind] = { at: reading.at, grown: true };
  }

  /** @param {number} now @returns {Flow} */
  #judge(now) {
    const all = Object.values(this.#news);
    if (all.some(({ at }) => now - at >= STALL_MS)) return 'stalled';
    return all.every(({ grown }) => grown) ? 'flowing' : 'unknown';
  }
}
