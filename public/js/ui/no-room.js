import { errorText, t } from '../i18n/index.js';
import { el, replaceChildren } from './dom.js';
import { homeLink } from './mark.js';

/** The page of an address whose room cannot be. */
export class NoRoom {
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  connect() {
    document.title = t('app.name');
    const heading = el('h1', { tabindex: -1 }, t('door.noRoom'));
    replaceChildren(
      this.#root,
      el(
        'div',
        { class: 'ended' },
        el('header', { class: 'bar' }, homeLink()),
        el(
          'main',
          { class: 'ended-main' },
          heading,
          el('p', { class: 'ended-text' }, errorText('bad-room')),
          el(
            'div',
            { class: 'ended-actions' },
            el('a', { class: 'button button-primary', href: '/', 'data-page': true }, t('app.home')),
          ),
        ),
      ),
    );
    heading.focus();
  }

  disconnect() {
    replaceChildren(this.#root);
  }
}
