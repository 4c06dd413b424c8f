import { problemOf } from './device.js';

/** What is asked for: a picture that can be read, and its sound where the browser has it (W3C Screen Capture). */
const CONSTRAINTS = {
  video: { frameRate: { ideal: 15, max: 30 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
};

/** What the person shares: a screen, a window or a tab, and its sound where the browser gives it. */
export class Screen {
  on = false;
  /** Whether it is to be on: `on`, or the person is choosing. */
  wanted = false;
  /** @type {MediaStreamTrack|null} */
  track = null;
  /** Its sound. @type {MediaStreamTrack|null} */
  audio = null;
  /** Why sharing did not begin; null also when the person chose nothing. @type {import('./device.js').Problem|null} */
  problem = null;

  #mediaDevices;
  #changed;
  /** How often `stop` was called: what is chosen after one comes too late. */
  #stops = 0;

  /**
   * @param {MediaDevices|undefined} mediaDevices undefined on insecure pages
   * @param {() => void} changed called after every change
   */
  constructor(mediaDevices, changed) {
    this.#mediaDevices = mediaDevices;
    this.#changed = changed;
  }

  /** Whether the browser can share at all; those of phones cannot. */
  get supported() {
    return Boolean(this.#mediaDevices?.getDisplayMedia);
  }

  /** Lets the person choose; resolves when something is shared, nothing was chosen, or `problem` says why not. */
  async start() {
    if (this.wanted || !this.supported) return;
    const stops = this.#stops;
    this.wanted = true;
    this.problem = null;
    this.#changed();
    try {
      const stream = await /** @type {MediaDevices} */ (this.#mediaDevices).getDisplayMedia(CONSTRAINTS);
      if (stops === this.#stops) this.#adopt(stream);
      else for (const track of stream.getTracks()) track.stop();
    } catch (error) {
      if (stops !== this.#stops) return;
      this.wanted = false;
      this.problem = chosenNothing(error) ? null : problemOf(error);
      this.#changed();
    }
  }

  stop() {
    this.#stops++;
    if (!this.wanted) return;
    for (const track of [this.track, this.audio]) track?.stop();
    this.#clear();
  }

  /** @param {MediaStream} stream */
  #adopt(stream) {
    const [track] = stream.getVideoTracks();
    const audio = stream.getAudioTracks()[0] ?? null;
    this.track = track;
    this.audio = audio;
    if ('contentHint' in track) track.contentHint = 'detail';
    track.addEventListener('ended', () => {
      if (this.track === track) this.stop();
    });
    audio?.addEventListener('ended', () => {
      if (this.audio !== audio) return;
      this.audio = null;
      this.#changed();
    });
    this.on = true;
    this.#changed();
  }

  #clear() {
    this.track = null;
    this.audio = null;
    this.on = false;
    this.wanted = false;
    this.#changed();
  }
}

/** Closing the browser's dialog is a refusal like any other. @param {any} error */
function chosenNothing(error) {
  return error?.name === 'NotAllowedError';
}
