import { CONSTRAINTS, Device, requestMedia } from './device.js';
import { Screen } from './screen.js';

/**
 * The own microphone and camera. Event `change` after every change of either.
 */
export class LocalMedia extends EventTarget {
  /** `on`, `wanted`, `track`, `problem`; see {@link Device}. */
  mic;
  /** `on`, `wanted`, `track`, `problem`; see {@link Device}. */
  camera;
  /** `supported`, `on`, `wanted`, `track`, `audio`, `problem`; see {@link Screen}. */
  screen;

  #mediaDevices;

  /**
   * @param {object} [options]
   * @param {MediaDevices} [options.mediaDevices] undefined where the browser has none: pages over plain http
   */
  constructor({ mediaDevices = globalThis.navigator?.mediaDevices } = {}) {
    super();
    this.#mediaDevices = mediaDevices;
    const changed = () => this.dispatchEvent(new Event('change'));
    this.mic = new Device(mediaDevices, 'audio', changed);
    this.camera = new Device(mediaDevices, 'video', changed);
    this.screen = new Screen(mediaDevices, changed);
  }

  /** Switches both on, as far as they are there and allowed. Never rejects: `problem` says what is wrong. */
  async start() {
    if (this.mic.track || this.camera.track) {
      await Promise.all([this.mic.set(true), this.camera.set(true)]);
      return;
    }
    const stream = requestMedia(this.#mediaDevices, CONSTRAINTS);
    await Promise.all([this.mic.startWith(stream), this.camera.startWith(stream)]);
  }

  /** @param {boolean} on */
  setMic(on) {
    return this.mic.set(on);
  }

  /** @param {boolean} on */
  setCamera(on) {
    return this.camera.set(on);
  }

  /** Shares what the person then chooses, or nothing. @param {boolean} on */
  async setScreen(on) {
    if (on) await this.screen.start();
    else this.screen.stop();
  }

  /** Lets everything go. */
  stop() {
    this.screen.stop();
    this.mic.stop();
    this.camera.stop();
  }
}
