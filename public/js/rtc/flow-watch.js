import { Watchdog } from './watchdog.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { Link } from './link.js' */
/** @import { Reading } from './reading.js' */
/** @import { Flow, FlowKind } from './watchdog.js' */

/** How often is looked whether media flow. */
export const READ_MS = 2_000;

/** Watches over what comes in over one connected Link after the other. */
export class FlowWatch {
  #expected;
  #judged;
  #seen;
  #clock;
  #watchdog = new Watchdog();
  /** @type {Link|null} */
  #link = null;
  /** @type {any} */
  #timer;

  /**
   * @param {object} options
   * @param {() => FlowKind[]|null} options.expected what should come now; null: nobody can tell
   * @param {(flow: Flow) => void} options.judged called with every judgement
   * @param {(reading: Reading|null) => void} [options.seen] called with every reading; null: there is none
   * @param {Clock} options.clock
   */
  constructor({ expected, judged, seen = () => {}, clock }) {
    this.#expected = expected;
    this.#judged = judged;
    this.#seen = seen;
    this.#clock = clock;
  }

  /** Watches over this link from now on, or over none. @param {Link|null} link */
  watch(link) {
    if (link === this.#link) return;
    this.#link = link;
    this.#clock.clearTimeout(this.#timer);
    this.restart();
    if (link) this.#wait(link);
    else this.#seen(null);
  }

  /** Measures anew, as something has changed. */
  restart() {
    this.#watchdog.restart();
  }

  /** Asks whether something may be done about a stall, which counts as done then. */
  attempt() {
    return this.#watchdog.attempt();
  }

  /** @param {Link} link */
  #wait(link) {
    this.#timer = this.#clock.setTimeout(() => this.#look(link), READ_MS);
  }

  /** @param {Link} link */
  async #look(link) {
    const reading = await link.read().catch(() => null);
    if (this.#link !== link) return;
    this.#seen(reading);
    const expected = this.#expected();
    if (reading && expected) this.#judged(this.#watchdog.read(reading, expected));
    else this.restart();
    if (this.#link === link) this.#wait(link);
  }
}
