/** A note of a sound. @typedef {{at: number, hertz: number, seconds: number}} Note `at`: seconds from its beginning */
/** @typedef {'joined' | 'left' | 'message' | 'hand' | 'knock'} SoundName */

/** Two soft notes each: up for who comes, down for who goes. @type {Readonly<Record<SoundName, readonly Note[]>>} */
export const SOUNDS = Object.freeze({
  joined: [{ at: 0, hertz: 392, seconds: 0.22 }, { at: 0.11, hertz: 523.25, seconds: 0.34 }],
  left: [{ at: 0, hertz: 440, seconds: 0.22 }, { at: 0.11, hertz: 329.63, seconds: 0.34 }],
  message: [{ at: 0, hertz: 659.25, seconds: 0.26 }],
  hand: [{ at: 0, hertz: 523.25, seconds: 0.18 }, { at: 0.1, hertz: 523.25, seconds: 0.3 }],
  knock: [{ at: 0, hertz: 293.66, seconds: 0.14 }, { at: 0.16, hertz: 293.66, seconds: 0.22 }],
});

/** Loudness at the height of a note, of 1. */
const loudness = 0.06;
const attackSeconds = 0.02;

/** Plays short notes by Web Audio; silent where there is none or the page was not used yet, and idle between them. */
export class Chime {
  /** @type {any} */
  #context = null;
  /** Notes that have not ended. */
  #sounding = 0;

  /** @param {readonly Note[]} notes @param {string} [speaker] deviceId; empty: the browser's choice */
  async play(notes, speaker = '') {
    if (typeof AudioContext === 'undefined' || globalThis.navigator?.userActivation?.hasBeenActive === false) return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    this.#sounding += notes.length;
    await Promise.allSettled([context.setSinkId?.(speaker), context.resume()]);
    if (context.state !== 'running') {
      this.#sounding -= notes.length;
      return;
    }
    for (const note of notes) this.#sound(context, note);
  }

  close() {
    this.#context?.close();
    this.#context = null;
    this.#sounding = 0;
  }

  /** @param {AudioContext} context @param {Note} note */
  #sound(context, { at, hertz, seconds }) {
    const begin = context.currentTime + at;
    const oscillator = new OscillatorNode(context, { frequency: hertz });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(loudness, begin + attackSeconds);
    gain.gain.setTargetAtTime(0, begin + attackSeconds, seconds / 5);
    oscillator.connect(gain).connect(context.destination);
    oscillator.onended = () => this.#ended(context);
    oscillator.start(begin);
    oscillator.stop(begin + seconds * 1.5);
  }

  /** @param {AudioContext} context */
  #ended(context) {
    if (context !== this.#context) return;
    this.#sounding -= 1;
    if (this.#sounding === 0) context.suspend();
  }
}
