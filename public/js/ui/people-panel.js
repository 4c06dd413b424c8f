import { errorText, language, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { el, replaceChildren, setText } from './dom.js';
import { Field } from './field.js';
import { icon } from './icons.js';
import { panel } from './panel.js';
import { hueOf, initialsOf } from './person.js';
import { preferences } from './preferences.js';

/** @typedef {import('../net/protocol.js').Peer} Peer */

/** Who is in the call, and under which name oneself is. */
export class PeoplePanel {
  #call;
  #count = el('span', { class: 'people-count' });
  #list = el('ul', { class: 'people-list', 'aria-label': t('people.list') });
  #name = new Field({
    label: t('people.name'),
    input: { name: 'name', maxlength: 40, autocomplete: 'nickname', spellcheck: 'false' },
    aside: el('button', { type: 'submit', class: 'button button-quiet' }, t('people.rename')),
  });
  #write;
  #drawn = '';

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {() => void} options.close
   * @param {(peer: Peer) => void} options.write begins a private message
   */
  constructor({ call, close, write }) {
    this.#call = call;
    this.#write = write;
    this.#name.value = call.peers.get(call.you)?.name ?? '';
    const form = el(
      'form',
      { class: 'people-rename', novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#rename(event) },
      this.#name.element,
    );
    this.element = panel({ title: t('people.title'), close, count: this.#count }, this.#list, form);
    this.element.classList.add('people');
  }

  /** @param {boolean} open */
  show(open) {
    if (this.element.hidden === !open) return;
    this.element.hidden = !open;
    if (open) this.element.querySelector('button')?.focus();
  }

  update() {
    const { peers, you, hands } = this.#call;
    const people = inOrder(peers, you, hands);
    const drawn = JSON.stringify([people, hands]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    setText(this.#count, new Intl.NumberFormat(language).format(people.length));
    const focused = document.activeElement?.getAttribute('data-peer');
    const items = people.map((peer) =>
      personItem(peer, { place: hands.indexOf(peer.id) + 1, write: peer.id === you ? null : this.#write }));
    replaceChildren(this.#list, ...items);
    if (focused) this.#button(focused)?.focus();
  }

  /** The button that writes to a person. @param {string} id @returns {HTMLElement | null} */
  #button(id) {
    return this.#list.querySelector(`[data-peer="${CSS.escape(id)}"]`);
  }

  /** @param {Event} event */
  async #rename(event) {
    event.preventDefault();
    const name = this.#name.value;
    if (!name) return this.#name.fault(errorText('bad-name'));
    try {
      await this.#call.rename(name);
      preferences.name = name;
      announce(t('people.renamed', { name }));
    } catch (error) {
      this.#name.fault(errorText(error instanceof ProtocolError ? error.code : 'unknown'));
    }
  }
}

/**
 * Oneself first, then who raised a hand, the first of them first, then the others as they came.
 * @param {ReadonlyMap<string, Peer>} peers
 * @param {string} you
 * @param {readonly string[]} hands
 */
export function inOrder(peers, you, hands) {
  const ids = new Set([you, ...hands, ...peers.keys()]);
  return [...ids].map((id) => peers.get(id)).filter((peer) => peer !== undefined);
}

/**
 * @param {Peer} peer
 * @param {{place: number, write: ((peer: Peer) => void) | null}} options `place`: of the raised hand in their order, from
 *   1; 0: it is not. `write`: null for oneself
 */
function personItem(peer, { place, write }) {
  const { id, name, role, mic, camera, screen, away } = peer;
  const marks = [
    !write && t('people.you'), role === 'host' && t('people.host'), screen && t('people.sharing'),
    away && t('tile.reconnecting'),
  ].filter((mark) => mark !== false);
  return el(
    'li',
    { class: 'person' },
    el('span', { class: 'avatar', 'data-hue': hueOf(id), 'aria-hidden': 'true' }, initialsOf(name)),
    el(
      'span',
      { class: 'person-text' },
      el('span', { class: 'person-name' }, el('bdi', {}, name)),
      el('span', { class: 'person-marks' }, place > 0 && handMark(place), marks.join(' · ')),
    ),
    write && messageButton(peer, () => write(peer)),
    device(mic ? 'mic' : 'micOff', mic ? t('people.micOn') : t('tile.muted'), mic),
    device(camera ? 'camera' : 'cameraOff', camera ? t('people.cameraOn') : t('tile.cameraOff'), camera),
  );
}

/** @param {number} place */
function handMark(place) {
  const text = t('people.inOrder', { place });
  return el(
    'span',
    { class: 'person-hand', title: text },
    icon('hand'),
    el('span', { 'aria-hidden': 'true' }, new Intl.NumberFormat(language).format(place)),
    el('span', { class: 'unseen' }, text),
  );
}

/** @param {Peer} peer @param {() => void} act */
function messageButton({ id, name }, act) {
  const text = t('people.message', { name });
  return el(
    'button',
    { type: 'button', class: 'round-button is-plain', 'data-peer': id, 'aria-label': text, title: text, onclick: act },
    icon('chat'),
  );
}

/** @param {import('./icons.js').IconName} name @param {string} text @param {boolean} on */
function device(name, text, on) {
  return el(
    'span',
    { class: on ? 'person-device' : 'person-device is-off', title: text },
    icon(name),
    el('span', { class: 'unseen' }, text),
  );
}
