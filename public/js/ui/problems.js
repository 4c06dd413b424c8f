import { t } from '../i18n/index.js';
import { closeButton } from './close-button.js';
import { el, yieldFocus } from './dom.js';
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
  element = el('div', { class: 'problems', role: 'status', hidden: true });
  /** What is shown, by its words. @type {Map<string, HTMLElement>} */
  #shown = new Map();
  /** @type {Set<string>} */
  #putAway = new Set();
  #dismissible;

  /** @param {{dismissible?: boolean}} [options] */
  constructor({ dismissible = false } = {}) {
    this.#dismissible = dismissible;
  }

  /** @param {Devices} media @param {string[]} [hints] said besides */
  show(media, hints = []) {
    const all = [...problemSentences(media), ...hints];
    for (const sentence of this.#putAway) if (!all.includes(sentence)) this.#putAway.delete(sentence);
    const sentences = all.filter((sentence) => !this.#putAway.has(sentence));
    for (const sentence of [...this.#shown.keys()]) if (!sentences.includes(sentence)) this.#remove(sentence);
    for (const sentence of sentences) if (!this.#shown.has(sentence)) this.#add(sentence);
  }

  /** Hides what is wrong now; anything else is shown again. @param {Devices} media */
  putAway(media) {
    this.#putAway = new Set(problemSentences(media));
    this.show(media);
  }

  /** Shows again what was put away. */
  remind() {
    this.#putAway.clear();
  }

  /** @param {string} sentence */
  #add(sentence) {
    const close = this.#dismissible && closeButton(() => {
      this.#putAway.add(sentence);
      this.#remove(sentence);
    });
    const problem = el('p', { class: 'problem' }, icon('alert'), el('span', {}, sentence), close);
    this.#shown.set(sentence, problem);
    this.element.append(problem);
    this.element.hidden = false;
  }

  /** @param {string} sentence */
  #remove(sentence) {
    const problem = this.#shown.get(sentence);
    if (problem) yieldFocus(problem);
    problem?.remove();
    this.#shown.delete(sentence);
    this.element.hidden = this.#shown.size === 0;
  }
}
