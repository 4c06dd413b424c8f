import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { bearerOf } from '../rights.js';
import { AudioLevels } from './audio-levels.js';
import { CheckOpener } from './check-opener.js';
import { DeviceSelect } from './device-select.js';
import { DoorWaiting } from './door-waiting.js';
import { el, replaceChildren, setText } from './dom.js';
import { Field } from './field.js';
import { languageSelect } from './language-select.js';
import { homeLink } from './mark.js';
import { preferences } from './preferences.js';
import { Preview } from './preview.js';
import { Problems } from './problems.js';

/** The page of a room before one is in it. */
export class Door {
  #root;
  #room;
  #media;
  #enter;
  #levels = new AudioLevels();
  #preview;
  #problems = new Problems();
  #check;
  #devices;
  /** Only in the form when the room asks for it. */
  #password = new Field({
    label: t('door.password'),
    input: { type: 'password', name: 'password', placeholder: t('door.passwordHint'), autocomplete: 'off', maxlength: 200 },
  });
  #people = el('p', { class: 'door-people', 'aria-live': 'polite' });
  #hint = el('p', { class: 'hint door-hint' });
  #info;
  #cancelled = false;
  #waiting;
  #name;
  /** What one joins with. */
  #entry;
  #join = el('button', { type: 'submit', class: 'button button-primary' }, t('door.join'));
  #notice;
  #fault = el('p', { class: 'fault', role: 'alert' });

  /**
   * @param {object} options
   * @param {HTMLElement} options.root
   * @param {string} options.room
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   * @param {() => Promise<import('./check-dialog.js').CheckDialog>} options.check makes the check of the connection
   * @param {Promise<void>} options.started settles when the devices have been asked for
   * @param {Promise<import('../net/rooms.js').RoomInfo>} options.info rejects with ProtocolError
   * @param {import('../i18n/index.js').Key} [options.notice] said quietly above the name
   * @param {string} [options.password] that was typed before
   * @param {(name: string, password: string) => Promise<void>} options.enter joins the room; rejects with ProtocolError
   * @param {() => void} options.cancel gives joining up
   */
  constructor({ root, room, media, check, started, info, notice, password = '', enter, cancel }) {
    this.#root = root;
    this.#room = room;
    this.#media = media;
    this.#enter = enter;
    this.#waiting = new DoorWaiting(() => this.#giveUp(cancel));
    this.#info = info;
    this.#notice = notice;
    this.#preview = new Preview(media, this.#levels);
    this.#check = new CheckOpener(check, () => setText(this.#fault, errorText('not-loaded')));
    this.#devices = (/** @type {const} */ (['camera', 'mic', 'speaker'])).map((kind) => new DeviceSelect(media, kind));
    this.#password.element.hidden = !password;
    this.#password.value = password;
    const named = bearerOf(preferences.token(room)).name;
    this.#name = new Field({
      label: t('door.name'),
      input: {
        name: 'name',
        value: named || preferences.name,
        readonly: Boolean(named),
        placeholder: t('door.nameHint'),
        maxlength: 40,
        autocomplete: 'nickname',
        spellcheck: 'false',
        oninput: () => (preferences.name = this.#name.value),
      },
    });
    const why = named && el('p', { class: 'hint' }, t('people.named'));
    this.#entry = el('div', { class: 'door-entry' }, this.#name.element, why, this.#password.element, this.#join);
    started.then(() => this.#preview.started());
  }

  connect() {
    this.#entitle();
    replaceChildren(
      this.#root,
      el(
        'div',
        { class: 'door' },
        el('header', { class: 'bar' }, homeLink(), languageSelect()),
        el(
          'main',
          { class: 'door-main' },
          el('div', { class: 'door-picture' }, this.#preview.element, this.#problems.element),
          this.#form(),
          el('div', { class: 'door-devices' }, ...this.#devices.map(({ element }) => element)),
        ),
        this.#check.element,
      ),
    );
    this.#levels.connect();
    this.#preview.connect();
    for (const select of this.#devices) select.connect();
    this.#media.addEventListener('change', this.#showProblems);
    this.#showProblems();
    this.#showInfo();
    this.#focus();
  }

  disconnect() {
    this.#media.removeEventListener('change', this.#showProblems);
    this.#check.close();
    for (const select of this.#devices) select.disconnect();
    this.#preview.disconnect();
    this.#levels.disconnect();
  }

  /** Joins under the name in the text box; what stands against it is said at the door. */
  join() {
    this.#check.close();
    return this.follow(this.#enter(this.#name.value, this.#password.input.value));
  }

  /** Shows how coming in goes. @param {Promise<void>} entering rejects with ProtocolError */
  async follow(entering) {
    this.#cancelled = false;
    setText(this.#fault, '');
    this.#busy(true);
    try {
      await entering;
    } catch (error) {
      const waited = this.#entry.hidden;
      this.#await(false);
      this.#busy(false);
      if (waited) this.#join.focus({ preventScroll: true });
      if (!this.#cancelled) this.#say(error instanceof ProtocolError ? error.code : 'unknown');
    }
  }

  /** What is typed as the password of the room. */
  get password() {
    return this.#password.input.value;
  }

  get isWaiting() {
    return this.#entry.hidden;
  }

  /** Says that somebody inside has to let one in. */
  wait() {
    this.#await(true);
  }

  /** @param {string} code of what stands against coming in */
  #say(code) {
    if (code === 'bad-password') this.#refused();
    else if (code === 'bad-name') this.#name.fault(errorText(code));
    else setText(this.#fault, errorText(code));
  }

  /** @param {boolean} waiting */
  #await(waiting) {
    for (const part of [this.#entry, this.#check.button, this.#hint]) part.hidden = waiting;
    this.#waiting.show(waiting);
    this.#entitle(waiting ? `${t('door.waiting')} ` : '');
  }

  /** @param {() => void} cancel */
  #giveUp(cancel) {
    this.#cancelled = true;
    cancel();
  }

  /** @param {string} [state] what comes first in the title */
  #entitle(state = '') {
    document.title = `${state}${this.#room} · ${t('app.name')}`;
  }

  #form() {
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.join();
    };
    return el(
      'form',
      { class: 'door-form', novalidate: true, onsubmit: submit },
      el('p', { class: 'door-lead' }, t('door.title')),
      el('h1', { class: 'door-room' }, this.#room),
      this.#people,
      this.#hint,
      this.#notice && el('p', { class: 'hint', role: 'status' }, t(this.#notice)),
      this.#entry,
      this.#waiting.element,
      this.#check.button,
      this.#fault,
    );
  }

  /** The room has a password, and this was not it. */
  #refused() {
    const first = this.#password.element.hidden || !this.#password.input.value;
    this.#password.element.hidden = false;
    this.#password.fault(first ? t('door.passwordHint') : errorText('bad-password'));
    this.#password.input.select();
  }

  /** So that Enter joins; where a touch keyboard would cover the page, an empty name is left alone. */
  #focus() {
    if (this.#name.value) this.#join.focus({ preventScroll: true });
    else if (matchMedia('(pointer: fine)').matches) this.#name.input.focus({ preventScroll: true });
  }

  #showProblems = () => this.#problems.show(this.#media);

  async #showInfo() {
    try {
      this.#tell(await this.#info);
    } catch (error) {
      setText(this.#people, '');
      if (!(error instanceof ProtocolError) || error.code !== 'bad-room') return;
      setText(this.#fault, errorText('bad-room'));
      this.#join.disabled = true;
    }
  }

  /** @param {import('../net/rooms.js').RoomInfo} info */
  #tell({ exists, peers, open, token, hasPassword, locked, lobby }) {
    setText(this.#people, peers > 0 ? t('door.here', { count: peers }) : t('door.empty'));
    this.#people.classList.toggle('is-lively', peers > 0);
    if (token && !preferences.token(this.#room)) setText(this.#fault, errorText('token-required'));
    else if (exists === false && open === false) setText(this.#fault, errorText('no-such-room'));
    if (preferences.hostKey(this.#room) || bearerOf(preferences.token(this.#room)).isHost) return; // whom none of this stops
    if (hasPassword) this.#password.element.hidden = false;
    if (locked || lobby) setText(this.#hint, t(locked ? 'door.locked' : 'door.lobby'));
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.#join.disabled = busy;
    setText(this.#join, busy ? t('door.joining') : t('door.join'));
  }
}
