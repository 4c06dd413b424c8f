import { errorText, t } from '../i18n/index.js';
import { el, replaceChildren } from './dom.js';
import { drawMessagePage } from './message-page.js';

/** The page after a call: why it is over, and the ways on. */
export class Ended {
  #root;
  #room;
  #end;
  #again;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root
   * @param {string} options.room
   * @param {NonNullable<import('../call.js').Call['end']>} options.end
   * @param {() => void} options.again joins the same room
   */
  constructor({ root, room, end, again }) {
    this.#root = root;
    this.#room = room;
    this.#end = end;
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
      heading: t(`ended.${this.#end.reason}`),
      text: this.#text,
      actions: [again, el('a', { class: 'button button-quiet', href: '/', 'data-page': true }, t('app.home'))],
    });
  }

  get #text() {
    const { reason, error } = this.#end;
    if (reason !== 'refused' || !error) return t(`ended.${reason}Text`);
    return error === 'bad-password' ? t('ended.passwordText') : errorText(error);
  }

  disconnect() {
    replaceChildren(this.#root);
  }
}
