import { t } from '../i18n/index.js';
import { Control } from './control.js';
import { el, replaceChildren } from './dom.js';

/** The controls a narrow window has no room for, in a sheet that its button opens. */
export class MoreMenu {
  #grid = el('div', { class: 'more-controls' });
  #top = el('div', { class: 'more-top' });
  /** The sheet; a choice in it closes it. */
  element = el(
    'div',
    { class: 'more', popover: 'auto', role: 'group', 'aria-label': t('control.more') },
    this.#top,
    this.#grid,
  );
  control = new Control({ face: { label: 'control.more', icon: 'dots' }, opens: this.element, kind: 'is-more' });

  constructor() {
    // Before the choice acts, so that the focus comes back here from what it opens.
    this.element.addEventListener('click', (event) => this.#chosen(event), true);
  }

  /** @param {HTMLElement | null} top stands above the others @param {HTMLElement[]} controls */
  hold(top, controls) {
    this.close();
    replaceChildren(this.#top, top);
    replaceChildren(this.#grid, ...controls);
  }

  close() {
    if (this.element.isConnected) this.element.hidePopover();
  }

  /** @param {Event} event */
  #chosen({ target }) {
    if (target instanceof Element && target.closest('button')) this.close();
  }
}
