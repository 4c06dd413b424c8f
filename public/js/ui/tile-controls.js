import { t } from '../i18n/index.js';
import { el, replaceChildren, setAttribute } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('./layout.js').Size} Size */

/**
 * What can be done with a tile: pin it, fill the screen with it, take its picture out of the page. Event `change` when
 * the picture went out or came back.
 */
export class TileControls extends EventTarget {
  #tile;
  #video;
  #name = '';
  #pinned = false;
  /** @type {PictureInPictureWindow | null} */
  #window = null;
  #pin;
  #full;
  #inset;

  /**
   * @param {object} options
   * @param {HTMLElement} options.tile
   * @param {HTMLVideoElement} options.video
   * @param {() => void} options.pin
   * @param {boolean} [options.own] one's own tile can only be pinned
   */
  constructor({ tile, video, pin, own = false }) {
    super();
    this.#tile = tile;
    this.#video = video;
    this.#pin = button('tile-pin', pin);
    this.#full = !own && document.fullscreenEnabled ? button('tile-full', () => this.#toggleFull()) : null;
    this.#inset = !own && document.pictureInPictureEnabled ? button('tile-inset', () => this.#toggleInset()) : null;
    this.buttons = [this.#pin, this.#full, this.#inset];
    tile.addEventListener('fullscreenchange', () => this.#draw());
    for (const type of ['enterpictureinpicture', 'leavepictureinpicture']) {
      video.addEventListener(type, (event) => this.#moved(/** @type {PictureInPictureEvent} */ (event)));
    }
  }

  /** @param {{name: string, pinned: boolean, picture: boolean}} state `picture`: whether there is one to take out */
  show({ name, pinned, picture }) {
    if (!picture && this.#window) document.exitPictureInPicture().catch(() => undefined);
    if (this.#inset) this.#inset.hidden = !picture && !this.#window;
    if (this.#name === name && this.#pinned === pinned && this.#pin.ariaLabel) return;
    this.#name = name;
    this.#pinned = pinned;
    this.#draw();
  }

  /** How large the picture is outside of the page, in CSS pixels; null while it is in it. @returns {Size | null} */
  get outside() {
    return this.#window && { width: this.#window.width, height: this.#window.height };
  }

  disconnect() {
    if (this.#window) document.exitPictureInPicture().catch(() => undefined);
    if (document.fullscreenElement === this.#tile) document.exitFullscreen().catch(() => undefined);
  }

  #draw() {
    const name = this.#name;
    const full = document.fullscreenElement === this.#tile;
    label(this.#pin, t(this.#pinned ? 'tile.unpin' : 'tile.pin', { name }), this.#pinned ? 'unpin' : 'pin');
    label(this.#full, full ? t('tile.leaveFull') : t('tile.full', { name }), full ? 'shrink' : 'expand');
    label(this.#inset, this.#window ? t('tile.leaveInset') : t('tile.inset', { name }), 'inset');
    this.#tile.classList.toggle('is-pinned', this.#pinned);
  }

  #toggleFull() {
    const full = document.fullscreenElement === this.#tile;
    (full ? document.exitFullscreen() : this.#tile.requestFullscreen()).catch(() => undefined);
  }

  #toggleInset() {
    (this.#window ? document.exitPictureInPicture() : this.#video.requestPictureInPicture()).catch(() => undefined);
  }

  /** @param {PictureInPictureEvent} event */
  #moved({ type, pictureInPictureWindow: outside }) {
    this.#window = type === 'enterpictureinpicture' ? outside : null;
    if (this.#window) this.#window.onresize = () => this.dispatchEvent(new Event('change'));
    this.#draw();
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {string} name a class @param {() => void} onclick */
function button(name, onclick) {
  return el('button', { type: 'button', class: `tile-button ${name}`, onclick });
}

/** @param {HTMLElement | null} control @param {string} text @param {import('./icons.js').IconName} drawing */
function label(control, text, drawing) {
  if (!control || control.ariaLabel === text) return;
  control.ariaLabel = text;
  setAttribute(control, 'title', text);
  replaceChildren(control, icon(drawing));
}
