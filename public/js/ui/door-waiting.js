import { t } from '../i18n/index.js';
import { el, setText } from './dom.js';

/** What the door says while somebody inside has to let one in, instead of what one joins with. */
export class DoorWaiting {
  /** Stays in the page, so that what it says is read out. */
  #text = el('p', { class: 'door-waiting-text', role: 'status' });
  #hint = el('p', { class: 'hint', hidden: true }, t('door.waitingText'));
  #cancel;

  /** @param {() => void} cancel gives waiting up */
  constructor(cancel) {
    this.#cancel = el('button', { type: 'button', class: 'button button-quiet', hidden: true, onclick: cancel }, t('door.cancel'));
    this.element = el('div', { class: 'door-waiting' }, this.#text, this.#hint, this.#cancel);
  }

  /** @param {boolean} on */
  show(on) {
    setText(this.#text, on ? t('door.waiting') : '');
    this.#hint.hidden = this.#cancel.hidden = !on;
    if (on) this.#cancel.focus({ preventScroll: true });
  }
}
