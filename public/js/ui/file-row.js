import { t } from '../i18n/index.js';
import { el, replaceChildren, setAttribute, setText, uniqueID } from './dom.js';
import { lineText } from './file-text.js';
import { icon } from './icons.js';

/** @typedef {import('./file-text.js').Item} Item */
/** @typedef {'save'|'decline'|'cancel'|'again'} Act */

/** One file in the list, to or from one peer, or to several. */
export class FileRow {
  #name = el('bdi', { class: 'file-name', id: uniqueID('file') });
  #line = el('p', { class: 'file-line' });
  #fill = el('div', { class: 'file-fill' });
  #bar = el('div', { class: 'file-bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 }, this.#fill);
  #acts = el('div', { class: 'file-acts' });
  #shown = '';
  #act;

  /** @param {(act: Act) => void} act */
  constructor(act) {
    this.#act = act;
    this.element = el(
      'li', { class: 'file-row' }, icon('file'),
      el('div', { class: 'file-what' }, this.#name, this.#line, this.#bar), this.#acts,
    );
  }

  /**
   * @param {readonly Item[]} items
   * @param {(id: string) => string | null} nameOf
   * @param {boolean} again whether it can be tried again
   */
  show(items, nameOf, again) {
    const [item] = items;
    if (!item) return;
    setText(this.#name, item.name);
    this.#name.title = item.name;
    setText(this.#line, lineText(items, nameOf));
    this.element.classList.toggle('is-bad', items.every(isBad));
    this.#showBar(items, item.name);
    this.#showActs(actsOf(items, again));
  }

  /** @param {readonly Item[]} items @param {string} file */
  #showBar(items, file) {
    const moving = items.filter(({ state }) => state === 'active' || state === 'paused');
    this.#bar.hidden = moving.length === 0;
    if (this.#bar.hidden) return;
    const parts = moving.map(({ done, size }) => (size ? done / size : 1));
    const percent = Math.floor((100 * parts.reduce((sum, part) => sum + part, 0)) / parts.length);
    setAttribute(this.#bar, 'aria-label', t('files.progress', { file }));
    setAttribute(this.#bar, 'aria-valuenow', percent);
    this.#fill.style.setProperty('inline-size', `${percent}%`);
  }

  /** @param {Act[]} acts */
  #showActs(acts) {
    if (this.#shown === String(acts)) return;
    this.#shown = String(acts);
    const held = this.#acts.contains(document.activeElement);
    const buttons = acts.map((act) =>
      el(
        'button',
        {
          type: 'button', class: act === 'save' ? 'button button-primary' : 'text-button',
          'aria-describedby': this.#name.id, onclick: () => this.#act(act),
        },
        t(`files.${act}`),
      ),
    );
    replaceChildren(this.#acts, ...buttons);
    if (!held) return;
    if (buttons[0]) buttons[0].focus();
    else this.element.dispatchEvent(new Event('emptied', { bubbles: true }));
  }
}

/** @param {Item} item */
const isBad = ({ state, reason }) => state === 'failed' || (state === 'offered' && reason !== '');

/** @param {readonly Item[]} items @param {boolean} again @returns {Act[]} */
function actsOf(items, again) {
  if (items.some(({ state }) => state === 'offered')) return ['save', 'decline'];
  const pending = items.some(({ state }) => state === 'waiting' || state === 'active' || state === 'paused');
  return [...(again ? /** @type {const} */ (['again']) : []), ...(pending ? /** @type {const} */ (['cancel']) : [])];
}
