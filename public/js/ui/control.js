import { t } from '../i18n/index.js';
import { el, replaceChildren, setAttribute, setText } from './dom.js';
import { icon } from './icons.js';

/** @typedef {{label: import('../i18n/index.js').Key, icon: import('./icons.js').IconName, pressed?: boolean}} Face */

/** A round control of the call: a drawing, with its name as caption. */
export class Control {
  #caption = el('span', { class: 'control-caption' });
  #drawing = el('span', { class: 'control-icon' });
  /** @type {Face | null} */
  #face = null;

  /**
   * @param {object} options
   * @param {Face} options.face
   * @param {() => void} options.act
   * @param {string} [options.shortcut] a letter
   * @param {string} [options.kind] CSS class besides `control`
   */
  constructor({ face, act, shortcut, kind }) {
    this.element = el(
      'button',
      {
        type: 'button',
        class: kind ? `control ${kind}` : 'control',
        'aria-keyshortcuts': shortcut,
        title: shortcut && t('control.shortcut', { key: shortcut }),
        onclick: act,
      },
      this.#drawing,
      this.#caption,
    );
    this.show(face);
  }

  /** @param {Face} face */
  show(face) {
    if (this.#face?.icon !== face.icon) replaceChildren(this.#drawing, icon(face.icon));
    setText(this.#caption, t(face.label));
    setAttribute(this.element, 'aria-pressed', face.pressed === undefined ? null : String(face.pressed));
    this.#face = face;
  }
}

/** @param {boolean} on @returns {Face} */
export const micFace = (on) =>
  on
    ? { label: 'control.mute', icon: 'mic', pressed: false }
    : { label: 'control.unmute', icon: 'micOff', pressed: true };

/** @param {boolean} on @returns {Face} */
export const cameraFace = (on) =>
  on
    ? { label: 'control.cameraOff', icon: 'camera', pressed: false }
    : { label: 'control.cameraOn', icon: 'cameraOff', pressed: true };
