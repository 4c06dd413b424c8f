import { t } from '../i18n/index.js';
import { el, replaceChildren, setAttribute, setText } from './dom.js';
import { icon } from './icons.js';

/** @typedef {{label: import('../i18n/index.js').Key, icon: import('./icons.js').IconName, pressed?: boolean}} Face */

/** A round control of the call: a drawing, with its name as caption. */
export class Control {
  #name = el('span', {});
  #drawing = el('span', { class: 'control-icon' });
  /** @type {Face | null} */
  #face = null;

  /**
   * @param {object} options
   * @param {Face} options.face
   * @param {() => void} [options.act]
   * @param {string} [options.shortcut] a letter
   * @param {string} [options.kind] CSS class besides `control`
   * @param {HTMLElement} [options.opens] the popover that it opens and closes
   */
  constructor({ face, act, shortcut, kind, opens }) {
    const key = shortcut && el('kbd', { class: 'control-key', 'aria-hidden': 'true' }, shortcut.toUpperCase());
    this.element = el(
      'button',
      { type: 'button', class: kind ? `control ${kind}` : 'control', 'aria-keyshortcuts': shortcut, onclick: act },
      this.#drawing,
      el('span', { class: 'control-caption' }, this.#name, key),
    );
    if (opens) this.element.popoverTargetElement = opens;
    this.show(face);
  }

  /** @param {Face} face */
  show(face) {
    if (this.#face?.icon !== face.icon) replaceChildren(this.#drawing, icon(face.icon));
    setText(this.#name, t(face.label));
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
