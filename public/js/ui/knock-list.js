import { t } from '../i18n/index.js';
import { el, replaceChildren, setText, uniqueID, yieldFocus } from './dom.js';
import { knockRow } from './person-row.js';

/** So many of those who wait are listed; of the others only their number is told. */
const MOST = 20;

/** Those who wait to be let in, with what a host answers. */
export class KnockList {
  #hosting;
  #attempt;
  #list;
  #more = el('p', { class: 'hint knock-more' });
  #all;
  #drawn = '';

  /**
   * @param {import('../hosting.js').Hosting} hosting
   * @param {(act: () => Promise<void>) => void} attempt does what may be refused
   */
  constructor(hosting, attempt) {
    this.#hosting = hosting;
    this.#attempt = attempt;
    const heading = uniqueID('knocks');
    this.#list = el('ul', { 'aria-labelledby': heading });
    const admitAll = () => attempt(() => hosting.admitAll());
    this.#all = el('button', { type: 'button', class: 'button button-quiet', onclick: admitAll }, t('knock.admitAll'));
    this.element = el(
      'section',
      { class: 'knock-list', hidden: true, 'aria-labelledby': heading },
      el('div', { class: 'knock-head' }, el('h3', { id: heading }, t('knock.list')), this.#all),
      this.#list,
      this.#more,
    );
  }

  update() {
    const knocks = [...this.#hosting.knocks.values()];
    const shown = knocks.slice(0, MOST);
    const drawn = JSON.stringify([shown, knocks.length]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = this.#list.contains(document.activeElement) && document.activeElement?.getAttribute('data-act');
    replaceChildren(this.#list, ...shown.map((peer) => this.#row(peer)));
    this.#all.hidden = knocks.length < 2;
    setText(this.#more, knocks.length > MOST ? t('knock.more', { count: knocks.length - MOST }) : '');
    if (focused) this.#focus(focused);
    if (knocks.length === 0) yieldFocus(this.element);
    this.element.hidden = knocks.length === 0;
  }

  /** @param {import('../net/protocol.js').Peer} peer */
  #row(peer) {
    return knockRow(peer, {
      admit: () => this.#attempt(() => this.#hosting.admit(peer.id)),
      decline: () => this.#attempt(() => this.#hosting.decline(peer.id)),
    });
  }

  /**
   * Goes on with the same person, or with who has waited longest: with the person, not with a button, as a second press
   * of a key must not let in who was not meant.
   * @param {string} key
   */
  #focus(key) {
    const same = this.#list.querySelector(`[data-act="${CSS.escape(key)}"]`);
    const next = /** @type {HTMLElement | null} */ (same ?? this.#list.querySelector('li'));
    (next ?? /** @type {HTMLElement | null} */ (this.element.closest('.panel')?.querySelector('button')))?.focus();
  }
}
