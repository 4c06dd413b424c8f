import { errorText, language, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { el, replaceChildren, setText } from './dom.js';
import { Field } from './field.js';
import { icon } from './icons.js';
import { KnockList } from './knock-list.js';
import { panel } from './panel.js';
import { personRow } from './person-row.js';
import { preferences } from './preferences.js';
import { removeDialog } from './remove-dialog.js';
import { roomSigns } from './room-signs.js';

/** @typedef {import('../net/protocol.js').Peer} Peer */

/** Who is in the call and who waits, under which name oneself is, and what a host may do with the others. */
export class PeoplePanel {
  #call;
  #count = el('span', { class: 'people-count' });
  #room = el('p', { class: 'people-room' });
  #list = el('ul', { class: 'people-list', 'aria-label': t('people.list') });
  #knocks;
  #fault = el('p', { class: 'fault people-fault', role: 'alert' });
  #name = new Field({
    label: t('people.name'),
    input: { name: 'name', maxlength: 40, autocomplete: 'nickname', spellcheck: 'false' },
    aside: el('button', { type: 'submit', class: 'button button-quiet' }, t('people.rename')),
  });
  #write;
  #set;
  #drawn = '';

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {() => void} options.close
   * @param {(peer: Peer) => void} options.write begins a private message
   * @param {() => void} options.set opens what a host sets of the room
   */
  constructor({ call, close, write, set }) {
    this.#call = call;
    this.#write = write;
    this.#name.value = call.name;
    this.#knocks = new KnockList(call.hosting, (act) => this.#try(act));
    const form = el(
      'form',
      { class: 'people-rename', novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#rename(event) },
      this.#name.element,
    );
    const people = el('div', { class: 'people-scroll' }, this.#knocks.element, this.#list);
    const name = t('room.settings');
    this.#set = el(
      'button',
      { type: 'button', class: 'round-button is-plain', 'aria-label': name, title: name, onclick: set },
      icon('settings'),
    );
    this.element = panel({ title: t('people.title'), close, tool: this.#set, count: this.#count }, this.#room, people, this.#fault, form);
    this.element.classList.add('people');
  }

  /** @param {boolean} open */
  show(open) {
    if (this.element.hidden === !open) return;
    this.element.hidden = !open;
    if (open) this.#close?.focus();
  }

  update() {
    this.#knocks.update();
    this.#showRoom();
    const { peers, you, hands, isHost } = this.#call;
    this.#set.hidden = !this.#call.may('room');
    const people = inOrder(peers, you, hands);
    const drawn = JSON.stringify([people, hands, isHost]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    setText(this.#count, new Intl.NumberFormat(language).format(people.length));
    const { activeElement } = document;
    const focused = this.#list.contains(activeElement) && activeElement?.getAttribute('data-act');
    replaceChildren(this.#list, ...people.map((peer) => this.#row(peer)));
    if (focused) (this.#button(focused) ?? this.#close)?.focus();
  }

  #showRoom() {
    const { room } = this.#call;
    replaceChildren(this.#room, ...roomSigns(room), room.topic && el('bdi', {}, room.topic));
  }

  /** @param {Peer} peer */
  #row(peer) {
    const { you, hands, hosting } = this.#call;
    const { id } = peer;
    const own = id === you;
    return personRow(peer, {
      own,
      place: hands.indexOf(id) + 1,
      acts: {
        write: own || !this.#call.mayWrite ? null : () => this.#write(peer),
        mute: own || !this.#call.may('mute') ? null : () => this.#try(() => hosting.mute(id)),
        remove: own || !this.#call.may('kick') || peer.role === 'host' ? null : () => this.#askToRemove(peer),
      },
    });
  }

  /** @param {Peer} peer */
  #askToRemove({ id, name }) {
    const dialog = removeDialog(name, (ban) => this.#try(() => this.#call.hosting.remove(id, { ban })));
    this.element.after(dialog); // whose Escape is not the panel's
    dialog.addEventListener('close', () => (this.#button(`remove ${id}`) ?? this.#close)?.focus());
    dialog.showModal();
  }

  /** Does what the server may refuse, and says so. @param {() => Promise<void>} act */
  async #try(act) {
    setText(this.#fault, '');
    try {
      await act();
    } catch (error) {
      setText(this.#fault, errorText(error instanceof ProtocolError ? error.code : 'unknown'));
    }
  }

  /** The button that closes the panel. @returns {HTMLElement | null} */
  get #close() {
    return this.element.querySelector('.panel-head button:last-child');
  }

  /** @param {string} key what a button does, and with whom @returns {HTMLElement | null} */
  #button(key) {
    return this.#list.querySelector(`[data-act="${CSS.escape(key)}"]`);
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
      const code = error instanceof ProtocolError ? error.code : 'unknown';
      this.#name.fault(code === 'forbidden' ? t('people.named') : errorText(code));
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
