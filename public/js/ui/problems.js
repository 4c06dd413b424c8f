import { t } from '../i18n/index.js';
import { closeButton } from './close-button.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';

/** @typedef {Pick<import('../rtc/local-media.js').LocalMedia, 'mic' | 'camera'>} Devices */

/**
 * The sentences about devices that do not work: which one, why, what to do.
 * @param {Devices} media
 * @returns {string[]}
 */
export function problemSentences({ mic, camera }) {
  if (camera.problem && camera.problem === mic.problem) return [t(`problem.both.${camera.problem}`)];
  const sentences = [];
  if (camera.problem) sentences.push(t(`problem.camera.${camera.problem}`));
  if (mic.problem) sentences.push(t(`problem.mic.${mic.problem}`));
  return sentences;
}

/** Shows what is wrong with the own devices, as long as it is, or until it is put away. */
export class Problems {
  element = el('div', { class: 'problems', role: 'status' });
  #drawn = '';
  #putAway = '';
  #dismissible;

  /** @param {{dismissible?: boolean}} [options] */
  constructor({ dismissible = false } = {}) {
    this.#dismissible = dismissible;
  }

  /** @param {Devices} media */
  show(media) {
    const sentences = problemSentences(media);
    const drawn = sentences.join('\n');
    if (drawn !== this.#putAway) this.#putAway = '';
    this.element.hidden = drawn === '' || drawn === this.#putAway;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    replaceChildren(this.element, ...sentences.map((sentence) => this.#problem(sentence)));
  }

  /** Hides what is wrong now; anything else is shown again. @param {Devices} media */
  putAway(media) {
    this.#putAway = problemSentences(media).join('\n');
    this.show(media);
  }

  /** Shows again what was put away. */
  remind() {
    this.#putAway = '';
  }

  /** @param {string} sentence */
  #problem(sentence) {
    const close = this.#dismissible && closeButton(() => this.#hide());
    return el('p', { class: 'problem' }, icon('alert'), el('span', {}, sentence), close);
  }

  #hide() {
    this.#putAway = this.#drawn;
    this.element.hidden = true;
  }
}
