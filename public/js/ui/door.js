import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { roomInfo } from '../net/rooms.js';
import { AudioLevels } from './audio-levels.js';
import { CheckOpener } from './check-opener.js';
import { DeviceSelect } from './device-select.js';
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
  #name;
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
   * @param {import('../i18n/index.js').Key} [options.notice] said quietly above the name
   * @param {(name: string, password: string) => Promise<void>} options.enter joins the room; rejects with ProtocolError
   */
  constructor({ root, room, media, check, started, notice, enter }) {
    this.#root = root;
    this.#room = room;
    this.#media = media;
    this.#enter = enter;
    this.#notice = notice;
    this.#preview = new Preview(media, this.#levels);
    this.#check = new CheckOpener(check, () => setText(this.#fault, errorText('not-loaded')));
    this.#devices = (/** @type {const} */ (['camera', 'mic', 'speaker'])).map((kind) => new DeviceSelect(media, kind));
    this.#password.element.hidden = true;
    this.#name = new Field({
      label: t('door.name'),
      input: {
        name: 'name',
        value: preferences.name,
        placeholder: t('door.nameHint'),
        maxlength: 40,
        autocomplete: 'nickname',
        spellcheck: 'false',
        oninput: () => (preferences.name = this.#name.value),
      },
    });
    started.then(() => this.#preview.started());
  }

  connect() {
    document.title = `${this.#room} · ${t('app.name')}`;
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
    this.#countPeople();
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
  async join() {
    this.#check.close();
    setText(this.#fault, '');
    this.#busy(true);
    try {
      await this.#enter(this.#name.value, this.#password.input.value);
    } catch (error) {
      const code = error instanceof ProtocolError ? error.code : 'unknown';
      if (code === 'bad-password') this.#refused();
      else if (code === 'bad-name') this.#name.fault(errorText(code));
      else setText(this.#fault, errorText(code));
    } finally {
      this.#busy(false);
    }
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
      this.#notice && el('p', { class: 'hint', role: 'status' }, t(this.#notice)),
      this.#name.element,
      this.#password.element,
      this.#join,
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

  async #countPeople() {
    try {
      const { peers, hasPassword } = await roomInfo(this.#room);
      if (hasPassword) this.#password.element.hidden = false;
      setText(this.#people, peers > 0 ? t('door.here', { count: peers }) : t('door.empty'));
      this.#people.classList.toggle('is-lively', peers > 0);
    } catch (error) {
      setText(this.#people, '');
      if (!(error instanceof ProtocolError) || error.code !== 'bad-room') return;
      setText(this.#fault, errorText('bad-room'));
      this.#join.disabled = true;
    }
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.#join.disabled = busy;
    setText(this.#join, busy ? t('door.joining') : t('door.join'));
  }
}
