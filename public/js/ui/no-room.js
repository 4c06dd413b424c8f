import { errorText, t } from '../i18n/index.js';
import { el, replaceChildren } from './dom.js';
import { drawMessagePage } from './message-page.js';

/** The page of an address whose room cannot be. */
export class NoRoom {
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  connect() {
    document.title = t('app.name');
    drawMessagePage(this.#root, {
      heading: t('door.noRoom'),
      text: errorText('bad-room'),
      actions: [el('a', { class: 'button button-primary', href: '/', 'data-page': true }, t('app.home'))],
    });
  }

  disconnect() {
    replaceChildren(this.#root);
  }
}
