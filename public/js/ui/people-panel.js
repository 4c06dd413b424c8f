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
  #drawn = '';

  /** @param {import('../call.js').Call} call @param {() => void} close */
  constructor(call, close) {
    this.#call = call;
    this.#name.value = call.peers.get(call.you)?.name ?? '';
    const form = el(
      'form',
      { class: 'people-rename', novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#rename(event) },
      this.#name.element,
    );
    this.element = panel(t('people.title'), close, this.#list, form);
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
    replaceChildren(this.#list, ...people.map((peer) => personItem(peer, peer.id === you)));
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

/** @param {Peer} peer @param {boolean} own */
function personItem({ id, name, role, mic, camera }, own) {
  const marks = [own && t('people.you'), role === 'host' && t('people.host')].filter((mark) => mark !== false);
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
    device(mic ? 'mic' : 'micOff', mic ? t('people.micOn') : t('tile.muted'), mic),
    device(camera ? 'camera' : 'cameraOff', camera ? t('people.cameraOn') : t('tile.cameraOff'), camera),
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
