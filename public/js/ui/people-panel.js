import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { el, replaceChildren } from './dom.js';
import { Field } from './field.js';
import { icon } from './icons.js';
import { panel } from './panel.js';
import { hueOf, initialsOf } from './person.js';
import { preferences } from './preferences.js';

/** @typedef {import('../net/protocol.js').Peer} Peer */

/** Who is in the call, and under which name oneself is. */
export class PeoplePanel {
  #call;
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
    this.element = panel({ title: t('people.title'), close }, this.#list, form);
    this.element.classList.add('people');
  }

  /** @param {boolean} open */
  show(open) {
    if (this.element.hidden === !open) return;
    this.element.hidden = !open;
    if (open) this.element.querySelector('button')?.focus();
  }

  update() {
    const { peers, you } = this.#call;
    const people = [...peers.values()].sort((a, b) => Number(b.id === you) - Number(a.id === you));
    const drawn = JSON.stringify(people);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement?.getAttribute('data-peer');
    replaceChildren(this.#list, ...people.map((peer) => personItem(peer, peer.id !== you && this.#write)));
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

/** @param {Peer} peer @param {((peer: Peer) => void) | false} write false for oneself */
function personItem(peer, write) {
  const { id, name, role, mic, camera, away } = peer;
  const marks = [!write && t('people.you'), role === 'host' && t('people.host'), away && t('tile.reconnecting')]
    .filter((mark) => mark !== false);
  return el(
    'li',
    { class: 'person' },
    el('span', { class: 'avatar', 'data-hue': hueOf(id), 'aria-hidden': 'true' }, initialsOf(name)),
    el(
      'span',
      { class: 'person-text' },
      el('span', { class: 'person-name' }, name),
      marks.length > 0 && el('span', { class: 'person-marks' }, marks.join(' · ')),
    ),
    write && messageButton(peer, () => write(peer)),
    device(mic ? 'mic' : 'micOff', mic ? t('people.micOn') : t('tile.muted'), mic),
    device(camera ? 'camera' : 'cameraOff', camera ? t('people.cameraOn') : t('tile.cameraOff'), camera),
  );
}

/** @param {Peer} peer @param {() => void} act */
function messageButton({ id, name }, act) {
  const text = t('people.message', { name });
  return el(
    'button',
    { type: 'button', class: 'round-button is-plain', 'data-peer': id, 'aria-label': text, title: text, onclick: act },
    icon('lock'),
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
