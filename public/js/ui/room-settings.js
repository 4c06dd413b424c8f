import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { choice } from './choice.js';
import { el, setText, uniqueID, yieldFocus } from './dom.js';
import { Field } from './field.js';

/** @typedef {import('../net/protocol.js').RoomSettings} RoomChanges */
/** @typedef {'locked' | 'lobby' | 'public'} SwitchName */

/** @type {Record<SwitchName, [import('../i18n/index.js').Key, import('../i18n/index.js').Key]>} */
const texts = {
  locked: ['room.lock', 'room.lockHint'], lobby: ['room.lobby', 'room.lobbyHint'], public: ['room.public', 'room.publicHint'],
};
const switchNames = /** @type {SwitchName[]} */ (Object.keys(texts));

/** What a host sets of the room. It shows the room as it is, whoever has changed it. */
export class RoomSettings {
  #call;
  #switches;
  #password = new Field({
    label: t('room.password'), input: { autocomplete: 'off', maxlength: 200, spellcheck: 'false' },
    aside: button(t('room.set'), t('room.setPassword')),
  });
  #without = el('button', { type: 'button', class: 'text-button', onclick: () => this.#dropPassword() }, t('room.removePassword'));
  #topic = new Field({
    label: t('room.topic'), input: { maxlength: 200, placeholder: t('room.topicHint'), autocomplete: 'off' },
    aside: button(t('room.save'), t('room.saveTopic')),
  });
  /** The topic as it is, to know whether another is being written. @type {string | null} */
  #known = null;
  #told = el('p', { class: 'hint', role: 'status' });
  #fault = el('p', { class: 'fault', role: 'alert' });

  /** @param {import('../call.js').Call} call */
  constructor(call) {
    this.#call = call;
    this.#switches = switchNames.map((name) => ({ name, input: this.#switch(name) }));
    const heading = uniqueID('room');
    this.element = el(
      'section',
      { class: 'room-settings', 'aria-labelledby': heading, hidden: true },
      el('h3', { id: heading, class: 'settings-heading' }, t('room.title')),
      ...this.#switches.map(({ name, input }) => choice(input, t(texts[name][0]), t(texts[name][1]))),
      form(this.#password.element, () => this.#setPassword()),
      this.#without,
      form(this.#topic.element, () => this.#setTopic()),
      this.#told,
      this.#fault,
    );
  }

  update() {
    const { room } = this.#call;
    this.element.hidden = !this.#call.may('room');
    for (const { name, input } of this.#switches) input.checked = room[name];
    this.#password.input.placeholder = t(room.hasPassword ? 'room.passwordIs' : 'room.passwordNone');
    if (!room.hasPassword) yieldFocus(this.#without, this.#password.input);
    this.#without.hidden = !room.hasPassword;
    if (this.#topic.value === (this.#known ?? '')) this.#topic.value = room.topic;
    this.#known = room.topic;
  }

  /** @param {SwitchName} name */
  #switch(name) {
    const input = el('input', {
      type: 'checkbox', role: 'switch', onchange: () => this.#set({ [name]: input.checked }),
    });
    return input;
  }

  #setPassword() {
    const password = this.#password.input.value;
    if (password) this.#set({ password }, t('room.passwordSet'), () => (this.#password.value = ''));
    else this.#password.input.focus();
  }

  #dropPassword() {
    this.#set({ password: '' }, t('room.passwordRemoved'));
  }

  #setTopic() {
    this.#set({ topic: this.#topic.value }, t('room.topicSaved'));
  }

  /** @param {RoomChanges} changes @param {string} [told] once that is done @param {() => void} [done] */
  async #set(changes, told = '', done) {
    setText(this.#fault, '');
    setText(this.#told, '');
    try {
      await this.#call.hosting.set(changes);
      done?.();
      setText(this.#told, told);
    } catch (error) {
      setText(this.#fault, errorText(error instanceof ProtocolError ? error.code : 'unknown'));
    }
    this.update();
  }
}

/** @param {HTMLElement} field @param {() => void} act */
function form(field, act) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    act();
  };
  return el('form', { novalidate: true, onsubmit: submit }, field);
}

/** @param {string} text @param {string} name which holds the text */
const button = (text, name) => el('button', { type: 'submit', class: 'button button-quiet', 'aria-label': name }, text);
