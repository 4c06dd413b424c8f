import { t } from '../i18n/index.js';
import { closeButton } from './close-button.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';

/** @typedef {Pick<import('../rtc/local-media.js').LocalMedia, 'mic' | 'camera' | 'screen'>} Devices */

/**
 * The sentences about devices that do not work: which one, why, what to do.
 * @param {Devices} media
 * @returns {string[]}
 */
export function problemSentences({ mic, camera, screen }) {
  const sentences = screen.problem ? [t(`problem.screen.${screen.problem}`)] : [];
  if (camera.problem && camera.problem === mic.problem) return [...sentences, t(`problem.both.${camera.problem}`)];
  if (camera.problem) sentences.push(t(`problem.camera.${camera.problem}`));
  if (mic.problem) sentences.push(t(`problem.mic.${mic.problem}`));
  return sentences;
}

/** Shows what is wrong with the own devices, and what else should be known of them, as long as it is so or until it is put away. */
export class Problems {
  element = el('div', { class: 'problems', role: 'status' });
  #drawn = '';
  #putAway = '';
  #dismissible;

  /** @param {{dismissible?: boolean}} [options] */
  constructor({ dismissible = false } = {}) {
    this.#dismissible = dismissible;
  }

  /** @param {Devices} media @param {string[]} [hints] said besides */
  show(media, hints = []) {
    const sentences = [...problemSentences(media), ...hints];
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
