import { t } from '../i18n/index.js';
import { el, replaceChildren } from './dom.js';
import { homeLink } from './mark.js';

/** The page after a call: why it is over, and the ways on. */
export class Ended {
  #root;
  #room;
  #reason;
  #again;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root
   * @param {string} options.room
   * @param {import('../call.js').EndReason} options.reason
   * @param {() => void} options.again joins the same room
   */
  constructor({ root, room, reason, again }) {
    this.#root = root;
    this.#room = room;
    this.#reason = reason;
    this.#again = again;
  }

  connect() {
    document.title = `${this.#room} · ${t('app.name')}`;
    const heading = el('h1', { tabindex: -1 }, t(`ended.${this.#reason}`));
    const again = el(
      'button',
      { type: 'button', class: 'button button-primary', onclick: this.#again },
      t('ended.again'),
    );
    replaceChildren(
      this.#root,
      el(
        'div',
        { class: 'ended' },
        el('header', { class: 'bar' }, homeLink()),
        el(
          'main',
          { class: 'ended-main' },
          el('p', { class: 'ended-room' }, this.#room),
          heading,
          el('p', { class: 'ended-text' }, t(`ended.${this.#reason}Text`)),
          el(
            'div',
            { class: 'ended-actions' },
            again,
            el('a', { class: 'button button-quiet', href: '/', 'data-page': true }, t('app.home')),
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
