import { t } from '../i18n/index.js';
import { figuresOf } from '../rtc/figures.js';
import { el, setAttribute, setText, uniqueID } from './dom.js';
import { FigureList } from './figure-list.js';
import { FIGURE_NAMES } from './figure-text.js';

/** @typedef {import('../rtc/figures.js').Report} Report */

const periodMs = 1000;
const bars = 4;

/** @typedef {0 | 1 | 2 | 3 | 4} Quality how good a connection is, in bars */

/** The figures of one tile's connection, read while they are shown, and the button that shows them: bars for how good it is. */
export class TileFigures {
  #stats;
  #toggled;
  /** Made when it is first shown. @type {FigureList | null} */
  #list = null;
  /** @type {Report | null} */
  #last = null;
  #open = false;
  #quality = el('span', { class: 'unseen', id: uniqueID('quality') });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} options
   * @param {() => Promise<Report | null>} options.stats of the connection; null while there is none
   * @param {(open: boolean) => void} options.toggled
   */
  constructor({ stats, toggled }) {
    this.#stats = stats;
    this.#toggled = toggled;
    const id = uniqueID('figures');
    const keys = { onkeydown: (/** @type {KeyboardEvent} */ event) => this.#escape(event) };
    this.element = el('div', { class: 'tile-figures', id, hidden: true, ...keys });
    this.description = this.#quality;
    this.button = el(
      'button',
      {
        type: 'button', class: 'tile-button tile-figures-button', 'aria-expanded': 'false', 'aria-controls': id,
        'aria-describedby': this.#quality.id, ...keys,
        onclick: () => (this.#open ? this.close() : this.#show()),
      },
      el('span', { class: 'tile-bars' }, ...Array.from({ length: bars }, () => el('span'))),
    );
  }

  /** Whose figures they are. @param {string} name */
  of(name) {
    const label = t('figures.open', { name });
    if (this.button.ariaLabel === label) return;
    this.button.ariaLabel = label;
    setAttribute(this.button, 'title', label);
  }

  /** @param {Quality | null} score null where it is not known */
  rate(score) {
    setAttribute(this.button, 'data-quality', score);
    setText(this.#quality, score === null ? '' : t(`tile.quality${score}`));
  }

  close() {
    clearTimeout(this.#timer);
    this.#set(false);
  }

  #show() {
    this.#last = null;
    this.#list ??= this.#makeList();
    this.#list.show(null);
    this.#set(true);
    this.button.focus({ preventScroll: true });
    this.#read();
  }

  #makeList() {
    const list = new FigureList(FIGURE_NAMES);
    this.element.append(list.element);
    return list;
  }

  /** @param {boolean} open */
  #set(open) {
    this.#open = open;
    this.element.hidden = !open;
    setAttribute(this.button, 'aria-expanded', String(open));
    this.#toggled(open);
  }

  async #read() {
    const report = await this.#stats().catch(() => null);
    if (!this.#open) return;
    this.#list?.show(report && figuresOf(this.#last, report));
    this.#last = report;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), periodMs);
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== 'Escape' || !this.#open) return;
    event.stopPropagation();
    this.close();
    this.button.focus();
  }
}
