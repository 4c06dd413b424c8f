import { CONSTRAINTS, Device, requestMedia } from './device.js';
import { DeviceList } from './device-list.js';
import { Screen } from './screen.js';

/** @typedef {'mic'|'camera'|'speaker'} ChoiceKind */
/** @typedef {{read(kind: ChoiceKind): string, keep(kind: ChoiceKind, id: string): void}} ChoiceMemory of deviceIds; empty: none */

/** Without one, nothing is remembered. @type {ChoiceMemory} */
const FORGETFUL = { read: () => '', keep: () => {} };

/**
 * The own microphone, camera and shared screen, and where sound is played.
 *
 * Events: `change` after every change; `notice` (detail `{kind, device, label}`): another device is used, see
 * {@link import('./device.js').DeviceNotice}; `device`: `mic` or `camera`.
 */
export class LocalMedia extends EventTarget {
  /** `on`, `wanted`, `track`, `problem`; see {@link Device}. */
  mic;
  /** `on`, `wanted`, `track`, `problem`; see {@link Device}. */
  camera;
  /** `supported`, `on`, `wanted`, `track`, `audio`, `problem`; see {@link Screen}. */
  screen;
  /** What there is to choose from. */
  devices;
  /** deviceId of where sound is played, empty for the browser's choice; null where the page cannot choose. @type {string|null} */
  speaker;

  #memory;
  #mediaDevices;

  /**
   * @param {object} [options]
   * @param {MediaDevices} [options.mediaDevices] undefined where the browser has none: pages over plain http
   * @param {ChoiceMemory} [options.memory] of what was chosen
   * @param {boolean} [options.canChooseSpeaker] whether media elements have setSinkId
   */
  constructor({
    mediaDevices = globalThis.navigator?.mediaDevices, memory = FORGETFUL,
    canChooseSpeaker = 'setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {}),
  } = {}) {
    super();
    this.#mediaDevices = mediaDevices;
    const changed = () => this.dispatchEvent(new Event('change'));
    this.#memory = memory;
    this.mic = new Device(mediaDevices, 'audio', changed, (kind, label) => this.#noticed(kind, 'mic', label));
    this.camera = new Device(mediaDevices, 'video', changed, (kind, label) => this.#noticed(kind, 'camera', label));
    this.mic.prefer(memory.read('mic'));
    this.camera.prefer(memory.read('camera'));
    this.speaker = canChooseSpeaker ? '' : null;
    this.devices = new DeviceList(mediaDevices);
    this.devices.addEventListener('change', () => {
      this.#useChosen();
      this.dispatchEvent(new Event('change'));
    });
    this.screen = new Screen(mediaDevices, changed);
  }

  /** Switches both on, as far as they are there and allowed. Never rejects: `problem` says what is wrong. */
  async start() {
    this.devices.connect();
    await this.#startBoth();
    await this.devices.refresh();
    this.#useChosen();
  }

  async #startBoth() {
    if (this.mic.track || this.camera.track) {
      await Promise.all([this.mic.set(true), this.camera.set(true)]);
      return;
    }
    const stream = this.#requestBoth();
    await Promise.all([this.mic.startWith(stream), this.camera.startWith(stream)]);
  }

  /** Asks once for both: for those that were chosen, or else for any. */
  async #requestBoth() {
    try {
      return await requestMedia(this.#mediaDevices, { audio: this.mic.constraints, video: this.camera.constraints });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'OverconstrainedError') throw error;
      return requestMedia(this.#mediaDevices, CONSTRAINTS);
    }
  }

  /** @param {boolean} on */
  setMic(on) {
    if (on) this.devices.connect();
    return this.mic.set(on);
  }

  /** @param {boolean} on */
  setCamera(on) {
    if (on) this.devices.connect();
    return this.camera.set(on);
  }

  /**
   * Uses this device from now on, and remembers it.
   * @param {ChoiceKind} kind
   * @param {string} id the deviceId; empty: the browser's choice, of a speaker
   * @returns {Promise<void>} when that is done, or the device's `problem` says why not
   */
  async choose(kind, id) {
    if (kind === 'speaker') {
      if (this.speaker === null) return;
      this.speaker = id;
      this.#memory.keep(kind, id);
      this.dispatchEvent(new Event('change'));
    } else {
      await this[kind].choose(id);
      if (!this[kind].problem && this[kind].deviceId === id) this.#memory.keep(kind, id);
    }
  }

  /** Shares what the person then chooses, or nothing. @param {boolean} on */
  async setScreen(on) {
    if (on) await this.screen.start();
    else this.screen.stop();
  }

  /** Lets everything go. */
  stop() {
    this.devices.disconnect();
    this.screen.stop();
    this.mic.stop();
    this.camera.stop();
  }

  /** Goes over to what was chosen, where that is there. */
  #useChosen() {
    const ids = (/** @type {{id: string}[]} */ entries) => entries.map(({ id }) => id);
    this.mic.plugged(ids(this.devices.mics));
    this.camera.plugged(ids(this.devices.cameras));
    if (this.speaker !== null) {
      const chosen = this.#memory.read('speaker');
      this.speaker = ids(this.devices.speakers).includes(chosen) ? chosen : '';
    }
  }

  /** @param {import('./device.js').DeviceNotice} kind @param {'mic'|'camera'} device @param {string} label */
  #noticed(kind, device, label) {
    this.dispatchEvent(new CustomEvent('notice', { detail: { kind, device, label } }));
  }
}
