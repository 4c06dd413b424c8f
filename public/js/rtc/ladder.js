/** @import { Clock } from '../net/connection.js' */
/** @typedef {'ice-restart'|'relay'|'new-connection'|'audio-only'} Rung */
/** @typedef {'idle'|'grace'|'turn'|'trying'|'pause'|'spent'|'waiting'} Phase */
/** @typedef {''|'waiting'|Rung} Healing `waiting`: nothing can be tried before signaling is back */
/**
 * @typedef {'good'|'stalled'|'broken'} Condition of the media: they flow; they are connected and do not flow; they are
 *   not connected
 */

/** What is tried, one after the other, and how long each may take. @type {readonly {rung: Rung, ms: number}[]} */
export const RUNGS = [
  { rung: 'ice-restart', ms: 6_000 },
  { rung: 'relay', ms: 7_000 },
  { rung: 'new-connection', ms: 10_000 },
  { rung: 'audio-only', ms: 10_000 },
];
/** Pauses after all that, each followed by one more new connection. */
export const PAUSES_MS = [15_000, 30_000, 60_000];
/** How long a connection that was lost may take to come back by itself. */
export const GRACE_MS = 4_000;
/** By how much the polite side is later, as both see the same loss. */
export const POLITE_DELAY_MS = 2_500;
/** After so long a time of flowing media the next loss is a new one: it begins with the first rung. */
export const GOOD_MS = 30_000;
/** So many times within the window it may begin at once, after that it waits first. */
export const MAX_CLIMBS = 8;
export const CLIMBS_WINDOW_MS = 600_000;
export const CLIMB_DELAY_MS = 30_000;

/**
 * When to try what, so that lost media come back. It knows no connection: it is told what happens to one, and says
 * what to do.
 */
export class Ladder {
  #polite;
  #hasRelay;
  #condition;
  #act;
  #changed;
  #clock;
  #signaling;
  /** @type {Phase} */
  #phase = 'idle';
  /** Index of what is to be tried next. */
  #next = 0;
  /** @type {Rung} */
  #rung = 'ice-restart';
  #round = 0;
  /** Whether the other side has said anything since the connection was lost. */
  #heard = false;
  /** @type {any} */
  #timer;
  /** @type {any} */
  #goodTimer;
  /** One for each climb of the window. @type {Set<any>} */
  #climbs = new Set();

  /**
   * @param {object} options
   * @param {boolean} options.polite
   * @param {boolean} [options.signaling] whether it is up
   * @param {() => boolean} options.hasRelay whether there is a TURN server
   * @param {() => Condition} options.condition
   * @param {(rung: Rung) => void} options.act
   * @param {() => void} options.changed called when `healing`, `idle` or `resting` may be another
   * @param {Clock} options.clock
   */
  constructor({ polite, signaling = true, hasRelay, condition, act, changed, clock }) {
    this.#polite = polite;
    this.#signaling = signaling;
    this.#hasRelay = hasRelay;
    this.#condition = condition;
    this.#act = act;
    this.#changed = changed;
    this.#clock = clock;
  }

  /** What is being done. @returns {Healing} */
  get healing() {
    if (this.#phase === 'waiting') return 'waiting';
    return this.#phase === 'turn' || this.#phase === 'trying' ? this.#rung : '';
  }

  /** Nothing to heal. */
  get idle() {
    return this.#phase === 'idle';
  }

  /** Nothing is tried for now, as nothing has helped. */
  get resting() {
    return this.#phase === 'pause' || this.#phase === 'spent';
  }

  /** The connection is lost and may come back by itself. */
  lost() {
    if (!this.idle) return;
    this.#heard = false;
    this.#enter('grace', GRACE_MS, () => this.#due());
  }

  /** The connection will not come back by itself, or media do not flow over it. */
  failed() {
    if (this.idle) this.#heard = false;
    if (this.idle || this.#phase === 'grace') this.#due();
  }

  /** Media flow. */
  recovered() {
    if (this.idle) return;
    this.#enter('idle');
    this.#goodTimer = this.#clock.setTimeout(() => this.#forget(), GOOD_MS);
  }

  /** The other side is doing something about it; that has its time like an own try. */
  helped() {
    if (this.idle || this.#phase === 'waiting') return;
    this.#start(this.#take() ?? 'new-connection');
  }

  /** The other side has said something. Where it was silent so far it is back, and what it says has time to work. */
  heard() {
    const silent = !this.#heard;
    this.#heard = true;
    if (!silent || this.idle || (this.#next < 2 && !this.resting)) return;
    this.#forget();
    this.helped();
  }

  /** Something has changed for the better: tries from the beginning and at once what is not good. */
  again() {
    this.#forget();
    if (this.idle) return;
    this.#heard = false;
    this.#climb(0);
  }

  /** Whether what is done now reaches the other side. @param {boolean} up */
  setSignaling(up) {
    if (up === this.#signaling) return;
    this.#signaling = up;
    if (!up && !this.idle && this.#phase !== 'grace') this.#enter('waiting');
    if (up && (this.#phase === 'waiting' || this.#phase === 'grace')) this.again();
  }

  close() {
    this.#phase = 'idle';
    for (const timer of [this.#timer, this.#goodTimer, ...this.#climbs]) this.#clock.clearTimeout(timer);
  }

  #due() {
    this.#climb(this.#polite ? POLITE_DELAY_MS : 0);
  }

  /** @param {number} delay */
  #climb(delay) {
    if (!this.#signaling) {
      this.#enter('waiting');
      return;
    }
    const wait = this.#next === 0 && this.#climbs.size >= MAX_CLIMBS ? CLIMB_DELAY_MS : delay;
    if (wait === 0) {
      this.#try();
      return;
    }
    this.#rung = RUNGS[this.#next]?.rung ?? 'new-connection';
    this.#enter('turn', wait, () => this.#try());
  }

  #try() {
    if (this.#next === 0) this.#count();
    const rung = this.#take();
    if (!rung) {
      this.#rest();
      return;
    }
    this.#start(rung);
    this.#act(rung);
  }

  /** The next rung that makes sense. @returns {Rung|null} null after the last */
  #take() {
    while (this.#isUseless(RUNGS[this.#next]?.rung)) this.#next++;
    return RUNGS[this.#next++]?.rung ?? null;
  }

  /** Less is no help where nobody answers. @param {Rung} [rung] */
  #isUseless(rung) {
    if (rung === 'relay') return !this.#hasRelay();
    return rung === 'audio-only' && !this.#heard && this.#condition() !== 'stalled';
  }

  /** @param {Rung} rung */
  #start(rung) {
    this.#rung = rung;
    const { ms } = /** @type {{ms: number}} */ (RUNGS.find((step) => step.rung === rung));
    this.#enter('trying', this.#polite ? ms + POLITE_DELAY_MS : ms, () => this.#ranOut());
  }

  #ranOut() {
    if (this.#condition() === 'good') this.recovered();
    else this.#try();
  }

  #rest() {
    if (this.#condition() === 'stalled') {
      this.#forget();
      this.recovered();
      return;
    }
    const pause = PAUSES_MS[this.#round++];
    if (pause === undefined) {
      this.#enter('spent');
      return;
    }
    this.#enter('pause', pause, () => {
      this.#start('new-connection');
      this.#act('new-connection');
    });
  }

  #count() {
    const timer = this.#clock.setTimeout(() => this.#climbs.delete(timer), CLIMBS_WINDOW_MS);
    this.#climbs.add(timer);
  }

  #forget() {
    this.#next = 0;
    this.#round = 0;
  }

  /**
   * @param {Phase} phase
   * @param {number} [ms]
   * @param {() => void} [then] when the phase has lasted so long
   */
  #enter(phase, ms, then) {
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#goodTimer);
    this.#phase = phase;
    if (ms !== undefined && then) this.#timer = this.#clock.setTimeout(then, ms);
    this.#changed();
  }
}
