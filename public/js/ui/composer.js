import { t } from '../i18n/index.js';
import { el, setText } from './dom.js';
import { icon } from './icons.js';
import { preferences } from './preferences.js';

/** Characters of one message, as the server counts them: code points. */
const longest = 4000;

/** Where a message is written. What is not sent yet survives a reload. */
export class Composer {
  #room;
  #say;
  #typing;
  #text = el('textarea', {
    class: 'input composer-text',
    rows: 1,
    'aria-label': t('chat.message'),
    placeholder: t('chat.message'),
    enterkeyhint: 'send',
    dir: 'auto',
    oninput: () => this.#typed(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
  });
  #send = el(
    'button',
    { type: 'submit', class: 'round-button', 'aria-label': t('chat.send'), title: t('chat.send') },
    icon('send'),
  );
  #fault = el('p', { class: 'fault', role: 'status' });

  /**
   * @param {object} options
   * @param {string} options.room whose draft it is
   * @param {(text: string) => void} options.say
   * @param {() => void} options.typing called at each change of a text
   */
  constructor({ room, say, typing }) {
    this.#room = room;
    this.#say = say;
    this.#typing = typing;
    this.#text.value = preferences.draft(room);
    this.element = el(
      'form',
      { class: 'composer', onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      this.#text,
      this.#send,
      this.#fault,
    );
    this.#check();
  }

  focus() {
    this.#fit();
    this.#text.focus();
  }

  #typed() {
    preferences.keepDraft(this.#room, this.#text.value);
    this.#check();
    this.#fit();
    if (this.#text.value) this.#typing();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // Key code 229: the key belongs to an input method that is composing (UI Events, section 7.3.1).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.#submit(event);
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text || tooMany(text) > 0) return;
    this.#say(text);
    this.#text.value = '';
    this.#typed();
    this.#text.focus();
  }

  #check() {
    const text = this.#text.value.trim();
    const count = tooMany(text);
    this.#send.disabled = !text || count > 0;
    setText(this.#fault, count > 0 ? t('chat.tooLong', { count }) : '');
  }

  #fit() {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  }
}

/** @param {string} text */
const tooMany = (text) => (text.length > longest ? [...text].length - longest : 0);
