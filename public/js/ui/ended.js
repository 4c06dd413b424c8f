import { t } from '../i18n/index.js';
import { el, replaceChildren } from './dom.js';
import { drawMessagePage } from './message-page.js';

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
    const again = el(
      'button',
      { type: 'button', class: 'button button-primary', onclick: this.#again },
      t('ended.again'),
    );
    drawMessagePage(this.#root, {
      room: this.#room,
      heading: t(`ended.${this.#reason}`),
      text: t(`ended.${this.#reason}Text`),
      actions: [again, el('a', { class: 'button button-quiet', href: '/', 'data-page': true }, t('app.home'))],
    });
  }

  disconnect() {
    replaceChildren(this.#root);
  }
}
