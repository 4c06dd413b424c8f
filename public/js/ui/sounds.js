import { Chime, SOUNDS } from './chime.js';
import { preferences } from './preferences.js';

/** @typedef {import('./chime.js').SoundName} SoundName */

/** The least time between two sounds: what happens sooner makes none. */
export const PAUSE_MS = 2_000;
/** In a room of more people, coming and going makes no sound. */
export const CROWD = 8;

/**
 * Soft sounds of a call, unless the preferences forbid them: somebody knocks, comes, goes, raises a hand, or writes
 * while the page is not looked at.
 */
export class Sounds {
  #call;
  #chime;
  #now;
  #playedAt = -Infinity;
  /** @type {Set<string>} */
  #people = new Set();
  /** @type {Set<string>} */
  #hands = new Set();
  /** @type {Set<string>} */
  #knocks = new Set();
  #you = '';

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {Pick<Chime, 'play' | 'close'>} [options.chime]
   * @param {() => number} [options.now] milliseconds of any clock
   */
  constructor({ call, chime = new Chime(), now = () => performance.now() }) {
    this.#call = call;
    this.#chime = chime;
    this.#now = now;
  }

  connect() {
    this.#take();
    this.#call.addEventListener('change', this.#changed);
    this.#call.chat.transcript.addEventListener('arrived', this.#arrived);
  }

  disconnect() {
    this.#call.removeEventListener('change', this.#changed);
    this.#call.chat.transcript.removeEventListener('arrived', this.#arrived);
    this.#chime.close();
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { what } = /** @type {CustomEvent<import('../call.js').CallChange>} */ (event).detail;
    if (what === 'hosting') return this.#knocked();
    if (what !== 'peers') return;
    const { people, hands, you } = { people: this.#people, hands: this.#hands, you: this.#you };
    this.#take();
    if (you !== this.#you) return;
    const crowd = Math.max(people.size, this.#people.size) > CROWD;
    if (brings(this.#hands, hands)) this.#play('hand');
    else if (!crowd && brings(this.#people, people)) this.#play('joined');
    else if (!crowd && brings(people, this.#people)) this.#play('left');
  };

  #knocked() {
    const before = this.#knocks;
    this.#knocks = new Set(this.#call.hosting.knocks.keys());
    if (brings(this.#knocks, before)) this.#play('knock');
  }

  /** Notes who is here and whose hand is raised, but oneself. */
  #take() {
    const { you, peers, hands } = this.#call;
    const others = (/** @type {Iterable<string>} */ ids) => new Set([...ids].filter((id) => id !== you));
    this.#you = you;
    this.#people = others(peers.keys());
    this.#hands = others(hands);
  }

  #arrived = () => {
    if (document.hidden || !document.hasFocus()) this.#play('message');
  };

  /** @param {SoundName} name */
  #play(name) {
    const now = this.#now();
    if (!preferences.sounds || now - this.#playedAt < PAUSE_MS) return;
    this.#playedAt = now;
    this.#chime.play(SOUNDS[name], this.#call.media.speaker ?? '');
  }
}

/** Whether something is in a set that was not in the other. @param {Set<string>} now @param {Set<string>} before */
const brings = (now, before) => [...now].some((id) => !before.has(id));
