import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { modeParts } from './composer-mode.js';
import { isComposing } from './composing.js';
import { el, replaceChildren, setAttribute, setText, uniqueID } from './dom.js';
import { Draft } from './draft.js';
import { fileButton } from './file-button.js';
import { icon } from './icons.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {import('./draft.js').Person} Person */

/** Characters of one message, as the server counts them: code points. */
const longest = 4000;

/**
 * @typedef {object} ComposerActs
 * @property {(text: string, about: {to?: string, reply?: number}) => void} say
 * @property {(n: number, text: string) => Promise<void>} edit rejects with ProtocolError
 * @property {() => void} typing called at each change of a text that all will read
 * @property {() => void} changeLast begins to change the own newest message, if there is one
 * @property {(files: File[]) => void} send
 * @property {(draft: string) => void} keep takes what is to survive a reload
 */

/** Where a message is written, to all or to one person, or a sent one is changed. */
export class Composer {
  #acts;
  #draft;
  /** The draft when it was last kept. */
  #drawn = '';
  #saving = false;
  #mode = el('div', { class: 'composer-mode', hidden: true });
  #modeText = el('div', { class: 'composer-mode-text', id: uniqueID('mode') });
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
  #send = el('button', { type: 'submit', class: 'round-button' });
  #fault = el('p', { class: 'fault', role: 'status' });

  /** @param {string} draft what was kept @param {ComposerActs} acts */
  constructor(draft, acts) {
    this.#draft = Draft.read(draft);
    this.#acts = acts;
    const cancel = () => this.#cancel();
    this.#mode.append(
      this.#modeText,
      el('button', { type: 'button', class: 'text-button', onclick: cancel }, t('chat.cancel')),
    );
    this.element = el(
      'form',
      {
        class: 'composer',
        onsubmit: (/** @type {Event} */ event) => this.#submit(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#escaped(event),
      },
      this.#mode,
      this.#text,
      ...fileButton(acts.send),
      this.#send,
      this.#fault,
    );
    this.#show();
  }

  connect() {
    addEventListener('resize', this.fit);
  }

  disconnect() {
    removeEventListener('resize', this.fit);
  }

  focus() {
    this.fit();
    this.#text.focus();
  }

  /** Begins an answer. @param {MessageEntry} message @param {Person | null} other who alone is to read it */
  answer(message, other) {
    this.#begin((draft) => draft.answer(message, other));
  }

  /** Begins a message to one person. @param {Person} person */
  address(person) {
    this.#begin((draft) => draft.address(person));
  }

  /** Begins to change an own message. @param {MessageEntry} message @param {Person | null} other who alone reads it */
  change(message, other) {
    this.#begin((draft) => draft.change(message, other));
  }

  /** The `n` of the messages that what is written is about. */
  get about() {
    return this.#draft.about;
  }

  /** Takes a message as it stands now. @param {MessageEntry} message */
  restated(message) {
    const ended = this.#draft.restated(message);
    this.#follow();
    if (ended) setText(this.#fault, t('chat.editEnded'));
  }

  /** Numbers of messages from before mean others now. */
  restarted() {
    this.#draft.restarted();
    this.#follow();
  }

  /** Who alone is to read the message that is written. @returns {Person | null} */
  get reader() {
    return this.#draft.edit ? null : this.#draft.to;
  }

  #follow() {
    if (this.#draft.json !== this.#drawn) this.#show();
  }

  /** @param {(draft: Draft) => void} set */
  #begin(set) {
    set(this.#draft);
    this.#show();
    this.focus();
    announce(this.#modeText.textContent ?? '');
  }

  #cancel() {
    if (!this.#draft.cancel()) return;
    this.#show();
    this.focus();
  }

  /** Draws the draft. */
  #show() {
    const { to, reply, edit, shown } = this.#draft;
    if (this.#text.value !== shown) this.#text.value = shown;
    this.#mode.hidden = !edit && !to && !reply;
    this.element.classList.toggle('is-private', Boolean(edit ? edit.to : to));
    setAttribute(this.#text, 'aria-describedby', this.#mode.hidden ? null : this.#modeText.id);
    replaceChildren(this.#modeText, ...modeParts(this.#draft));
    this.#showSend(t(edit ? 'chat.save' : 'chat.send'), edit ? 'check' : 'send');
    this.#kept();
  }

  /** @param {string} name @param {import('./icons.js').IconName} drawing */
  #showSend(name, drawing) {
    if (this.#send.title === name) return;
    setAttribute(this.#send, 'aria-label', name);
    this.#send.title = name;
    replaceChildren(this.#send, icon(drawing));
  }

  #typed() {
    this.#draft.type(this.#text.value);
    this.#kept();
    const { edit, to, text } = this.#draft;
    if (text && !edit && !to) this.#acts.typing();
  }

  /** @param {KeyboardEvent} event */
  #escaped(event) {
    if (event.key !== 'Escape' || isComposing(event) || this.#mode.hidden) return;
    event.stopPropagation();
    this.#cancel();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (isComposing(event) || event.shiftKey) return;
    if (event.key === 'Enter') this.#submit(event);
    else if (event.key === 'ArrowUp' && !this.#text.value && !this.#draft.edit) {
      event.preventDefault();
      this.#acts.changeLast();
    }
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text || tooMany(text) > 0 || this.#saving) return;
    const { edit, to, reply } = this.#draft;
    if (edit) {
      this.#save(edit.n, text);
      return;
    }
    this.#acts.say(text, { ...(to && { to: to.id }), ...(reply && { reply: reply.n }) });
    this.#draft.said();
    this.#show();
    this.#text.focus();
  }

  /** What was changed stays in the text box until the server has it. @param {number} n @param {string} text */
  async #save(n, text) {
    this.#saving = true;
    this.#kept();
    try {
      await this.#acts.edit(n, text);
      this.#draft.changed(n, text);
      announce(t('chat.saved'));
      this.#saving = false;
      this.#show();
    } catch (error) {
      this.#saving = false;
      this.#kept();
      setText(this.#fault, errorText(error instanceof ProtocolError ? error.code : 'unknown'));
    }
  }

  /** Keeps the draft, and draws what depends on its text. */
  #kept() {
    this.#drawn = this.#draft.json;
    this.#acts.keep(this.#drawn);
    const text = this.#text.value.trim();
    const count = tooMany(text);
    this.#send.disabled = !text || count > 0 || this.#saving;
    setText(this.#fault, count > 0 ? t('chat.tooLong', { count }) : '');
    this.fit();
  }

  /** Makes the text box as high as its text; that takes one that is shown. */
  fit = () => {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  };
}

/** @param {string} text */
const tooMany = (text) => (text.length > longest ? [...text].length - longest : 0);
