import { t } from '../i18n/index.js';
import { el, setText } from './dom.js';
import { figureText } from './figure-text.js';

/** @typedef {import('./figure-text.js').FigureName} FigureName */

/** Figures of a connection, each with its name. */
export class FigureList {
  /** @type {Map<FigureName, HTMLElement>} */
  #values;

  /** @param {readonly FigureName[]} names */
  constructor(names) {
    this.#values = new Map(names.map((name) => [name, el('dd')]));
    const rows = [...this.#values].map(([name, value]) => el('div', { class: 'figure' }, el('dt', {}, t(`figures.${name}`)), value));
    this.element = el('dl', { class: 'figures' }, ...rows);
    this.show(null);
  }

  /** @param {import('../rtc/figures.js').Figures | null} figures null while nothing is known */
  show(figures) {
    for (const [name, value] of this.#values) setText(value, figureText(name, figures));
  }
}
