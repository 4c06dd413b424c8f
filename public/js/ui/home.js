import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { makeRoom, proposeRoomName } from '../net/rooms.js';
import { keepPastedKeys } from './address-keys.js';
import { announce } from './announcer.js';
import { el, replaceChildren, setText } from './dom.js';
import { Field } from './field.js';
import { icon } from './icons.js';
import { languageSelect } from './language-select.js';
import { mark } from './mark.js';
import { preferences } from './preferences.js';
import { isLink, roomNameFrom, roomPath } from './room-name.js';
import { RoomList } from './room-list.js';

/** The page at `/`. */
export class Home {
  #root;
  #go;
  #rooms = new RoomList();
  #room;
  #name;
  #public = el('input', { type: 'checkbox', id: 'public', 'aria-describedby': 'public-hint' });
  #join = el('button', { type: 'submit', class: 'button button-primary' }, t('home.join'));
  #fault = el('p', { class: 'fault', role: 'alert' });

  /**
   * @param {HTMLElement} root
   * @param {(path: string, notice?: import('../i18n/index.js').Key) => void} go leads to another page, with something to say
   * @param {{room: string, isPublic: boolean}} [typed] before the page was drawn anew
   */
  constructor(root, go, typed) {
    this.#root = root;
    this.#go = go;
    const propose = el(
      'button',
      { type: 'button', class: 'button button-quiet', onclick: () => this.#propose() },
      icon('plus'),
      t('home.newRoom'),
    );
    this.#room = new Field({
      label: t('home.room'),
      input: {
        name: 'room',
        placeholder: t('home.roomHint'),
        autocomplete: 'off',
        autocapitalize: 'none',
        spellcheck: 'false',
      },
      aside: propose,
    });
    this.#name = new Field({
      label: t('home.name'),
      input: {
        name: 'name',
        value: preferences.name,
        maxlength: 40,
        autocomplete: 'nickname',
        spellcheck: 'false',
        oninput: () => (preferences.name = this.#name.value),
      },
    });
    this.#room.value = typed?.room ?? '';
    this.#public.checked = typed?.isPublic ?? false;
  }

  get typed() {
    return { room: this.#room.input.value, isPublic: this.#public.checked };
  }

  connect() {
    document.title = t('app.name');
    replaceChildren(
      this.#root,
      el(
        'div',
        { class: 'home' },
        el('header', { class: 'home-bar' }, languageSelect()),
        el(
          'main',
          { class: 'home-main' },
          introduction(),
          this.#form(),
          this.#rooms.element,
        ),
      ),
    );
    this.#rooms.connect();
  }

  disconnect() {
    this.#rooms.disconnect();
  }

  #form() {
    return el(
      'form',
      { class: 'card home-form', novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      this.#room.element,
      this.#name.element,
      el(
        'div',
        { class: 'choice' },
        this.#public,
        el('label', { for: 'public' }, t('home.public')),
        el('p', { id: 'public-hint', class: 'hint' }, t('home.publicHint')),
      ),
      this.#join,
      this.#fault,
    );
  }

  #propose() {
    const room = proposeRoomName();
    this.#room.value = room;
    announce(t('home.proposed', { room }));
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const room = roomNameFrom(this.#room.value);
    if (!room) return this.#room.fault(t(isLink(this.#room.value) ? 'home.otherLink' : 'home.roomMissing'));
    setText(this.#fault, '');
    keepPastedKeys(this.#room.value);
    const made = this.#public.checked ? await this.#makePublic(room) : 'made';
    if (made !== 'failed') this.#go(roomPath(room), made === 'existed' ? 'door.existed' : undefined);
  }

  /** @param {string} room @returns {Promise<'made' | 'existed' | 'failed'>} */
  async #makePublic(room) {
    this.#join.disabled = true;
    try {
      const { hostKey } = await makeRoom({ name: room, public: true });
      preferences.keepHostKey(room, hostKey);
      return 'made';
    } catch (error) {
      const code = error instanceof ProtocolError ? error.code : 'unknown';
      if (code === 'room-exists') return 'existed';
      setText(this.#fault, errorText(code));
      return 'failed';
    } finally {
      this.#join.disabled = false;
    }
  }
}

function introduction() {
  return el(
    'div',
    { class: 'home-lead' },
    el('h1', { class: 'home-title' }, mark(56), t('app.name')),
    el('p', { class: 'home-tagline' }, t('app.tagline')),
    el('p', { class: 'home-promise' }, t('app.promise')),
  );
}
