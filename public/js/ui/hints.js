import { t } from '../i18n/index.js';

/** Timers are bound to the page: as methods of another object browsers refuse them. */
const pageClock = {
  setTimeout: setTimeout.bind(globalThis), clearTimeout: clearTimeout.bind(globalThis), now: () => performance.now(),
};

/** @typedef {import('../rtc/local-media.js').LocalMedia} LocalMedia */
/** @typedef {Pick<import('./audio-levels.js').AudioLevels, 'level' | 'watch' | 'isDead'> & EventTarget} Levels */

/** A microphone that is on and gives nothing at all for so long is dead, ms. */
export const DEAD_MS = 6_000;
/** Whoever is muted and speaks for so long does not know it, ms. */
export const TALK_MS = 800;
/** How long a hint stays that does not end by itself, ms. */
export const STAY_MS = 9_000;
const loud = 0.5;
const own = 'own';

/**
 * What a person should know about the own devices although nothing has failed: the microphone gives no sound, one speaks
 * while muted, another device is used. Event `change` when `sentences` are others.
 */
export class Hints extends EventTarget {
  #media;
  #levels;
  #clock;
  /** What the level is taken of: a microphone that is muted is listened to by a copy, which goes nowhere. @type {MediaStreamTrack | null} */
  #copy = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #on = false;
  /** Since when the microphone has been dead, or somebody muted has spoken, ms. @type {number | null} */
  #since = null;
  /** That one is muted is said once for each time one is. */
  #said = false;
  /** @type {Map<string, {text: () => string, timer: any}>} */
  #hints = new Map();

  /**
   * @param {object} options
   * @param {LocalMedia} options.media
   * @param {Levels} options.levels
   * @param {import('../net/connection.js').Clock & {now(): number}} [options.clock]
   */
  constructor({ media, levels, clock = pageClock }) {
    super();
    this.#media = media;
    this.#levels = levels;
    this.#clock = clock;
  }

  connect() {
    this.#media.addEventListener('change', this.#listen);
    this.#media.addEventListener('notice', this.#noticed);
    this.#levels.addEventListener('levels', this.#measured);
    this.#listen();
  }

  disconnect() {
    this.#media.removeEventListener('change', this.#listen);
    this.#media.removeEventListener('notice', this.#noticed);
    this.#levels.removeEventListener('levels', this.#measured);
    this.#hear(null, false);
    for (const { timer } of this.#hints.values()) this.#clock.clearTimeout(timer);
    this.#hints.clear();
  }

  /** @returns {string[]} */
  get sentences() {
    return [...this.#hints.values()].map(({ text }) => text());
  }

  #listen = () => {
    const { track, on } = this.#media.mic;
    if (track === this.#track && on === this.#on) return;
    this.#hear(track, on);
  };

  /** @param {MediaStreamTrack | null} track @param {boolean} on */
  #hear(track, on) {
    this.#track = track;
    this.#on = on;
    this.#since = null;
    this.#said = false;
    this.#copy?.stop();
    this.#copy = null;
    this.#drop('dead');
    this.#drop('muted');
    if (track && !on) {
      this.#copy = track.clone();
      this.#copy.enabled = true;
    }
    this.#levels.watch(own, this.#copy ?? track);
  }

  #measured = () => {
    if (!this.#track) return;
    const now = this.#clock.now();
    const odd = this.#on ? this.#levels.isDead(own) : this.#levels.level(own) > loud;
    if (!odd) {
      this.#since = null;
      this.#drop('dead');
      return;
    }
    this.#since ??= now;
    if (this.#on && now - this.#since >= DEAD_MS) this.#add('dead', () => t('hint.dead'));
    else if (!this.#on && !this.#said && now - this.#since >= TALK_MS) {
      this.#said = true;
      this.#add('muted', () => t(hasKeys() ? 'hint.muted' : 'hint.mutedTouch'), STAY_MS);
    }
  };

  /** @param {Event} event */
  #noticed = (event) => {
    const { kind, device, label } = /** @type {CustomEvent} */ (event).detail;
    const key = /** @type {'hint.fallback.mic'} */ (`hint.${kind}.${device}`);
    this.#drop(device);
    this.#add(device, () => t(key, { label }), STAY_MS);
  };

  /** @param {string} id @param {() => string} text @param {number} [stay] ms */
  #add(id, text, stay) {
    if (this.#hints.has(id)) return;
    const timer = stay && this.#clock.setTimeout(() => this.#drop(id), stay);
    this.#hints.set(id, { text, timer });
    this.dispatchEvent(new Event('change'));
  }

  /** @param {string} id */
  #drop(id) {
    const hint = this.#hints.get(id);
    if (!hint) return;
    this.#clock.clearTimeout(hint.timer);
    this.#hints.delete(id);
    this.dispatchEvent(new Event('change'));
  }
}

/** Whether there is a keyboard to hold a key of, as far as that can be known. */
const hasKeys = () => !globalThis.matchMedia?.('(pointer: coarse)').matches;
