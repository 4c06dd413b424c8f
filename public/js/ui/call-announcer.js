import { t } from '../i18n/index.js';
import { announce } from './announcer.js';

/** @typedef {{mic: boolean, camera: boolean}} Devices */

/** Tells in words who came and went and who muted or turned a camera off. */
export class CallAnnouncer {
  #call;
  #media;
  /** @type {Map<string, Devices>} */
  #devices = new Map();
  /** Notices the log has shown; it may show them again. @type {WeakSet<object>} */
  #shown = new WeakSet();

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   */
  constructor({ call, media }) {
    this.#call = call;
    this.#media = media;
  }

  connect() {
    this.#changedDevices();
    this.#call.transcript.addEventListener('change', this.#notices);
  }

  disconnect() {
    this.#call.transcript.removeEventListener('change', this.#notices);
  }

  update() {
    const sentences = this.#changedDevices();
    if (sentences.length > 0) announce(sentences.join('. '));
  }

  /** @param {Event} event */
  #notices = (event) => {
    const { added } = /** @type {CustomEvent<import('../chat/transcript.js').TranscriptChange>} */ (event).detail;
    for (const entry of added) {
      if (entry.kind !== 'notice' || this.#shown.has(entry)) continue;
      this.#shown.add(entry);
      announce(t(`notice.${entry.what}`, { name: entry.name, newName: entry.newName ?? '' }));
    }
  };

  #changedDevices() {
    const { peers, you } = this.#call;
    const sentences = [];
    for (const { id, name, mic, camera } of peers.values()) {
      const own = id === you;
      const now = own ? { mic: this.#media.mic.on, camera: this.#media.camera.on } : { mic, camera };
      const before = this.#devices.get(id) ?? now;
      this.#devices.set(id, now);
      if (before.mic !== now.mic) sentences.push(own ? ownMic(now.mic) : otherMic(now.mic, name));
      if (before.camera !== now.camera) sentences.push(own ? ownCamera(now.camera) : otherCamera(now.camera, name));
    }
    for (const id of this.#devices.keys()) if (!peers.has(id)) this.#devices.delete(id);
    return sentences;
  }
}

/** @param {boolean} on */
const ownMic = (on) => t(on ? 'notice.youUnmuted' : 'notice.youMuted');
/** @param {boolean} on */
const ownCamera = (on) => t(on ? 'notice.youCameraOn' : 'notice.youCameraOff');
/** @param {boolean} on @param {string} name */
const otherMic = (on, name) => t(on ? 'notice.unmuted' : 'notice.muted', { name });
/** @param {boolean} on @param {string} name */
const otherCamera = (on, name) => t(on ? 'notice.cameraOn' : 'notice.cameraOff', { name });
