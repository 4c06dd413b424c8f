/** @import { ClientMessage, Media } from './net/protocol.js' */

/** Keeps the room told which of the own devices are on. */
export class Presence {
  #media;
  #send;
  /** @type {Media} */
  #told = { mic: false, camera: false };

  /**
   * @param {object} options
   * @param {import('./rtc/local-media.js').LocalMedia} options.media
   * @param {(message: ClientMessage) => void} options.send
   */
  constructor({ media, send }) {
    this.#media = media;
    this.#send = send;
  }

  /** What `join` is to say; later calls of `tell` go by that. @returns {Media} */
  start() {
    this.#told = { mic: this.#media.mic.on, camera: this.#media.camera.on };
    return this.#told;
  }

  /** Sends what has changed since the room was told last, if anything has. */
  tell() {
    const { mic, camera } = this.#told;
    const now = this.start();
    if (now.mic === mic && now.camera === camera) return;
    this.#send({
      type: 'update', ...(now.mic !== mic && { mic: now.mic }), ...(now.camera !== camera && { camera: now.camera }),
    });
  }
}
