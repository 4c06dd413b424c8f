import { errorText, t } from '../i18n/index.js';
import { el, replaceChildren } from './dom.js';

/** How long it is said that something did not work, in milliseconds. */
const toldMs = 10_000;

/** The line of the chat that says what did not work. */
export class ChatFault {
  element = el('p', { class: 'fault chat-fault', role: 'status' });
  #jump;
  #timer = 0;
  #unseen = false;

  /** @param {() => void} jump goes to the newest messages */
  constructor(jump) {
    this.#jump = jump;
  }

  disconnect() {
    clearTimeout(this.#timer);
  }

  /** Says it for a while. @param {string} code of an error */
  tell(code) {
    this.#say(errorText(code));
    this.#timer = window.setTimeout(() => this.#say(), toldMs);
  }

  /** Says that the own message is not in view as the newest ones could not be loaded, until `seen`. */
  tellUnseen() {
    const jump = () => this.#jump();
    this.#say(t('chat.notShown'), ' ', el('button', { type: 'button', class: 'text-button', onclick: jump }, t('chat.newest')));
    this.#unseen = true;
  }

  /** The newest messages are in the log. */
  seen() {
    if (this.#unseen) this.#say();
  }

  /** @param {...import('./dom.js').Child} parts */
  #say(...parts) {
    clearTimeout(this.#timer);
    this.#unseen = false;
    replaceChildren(this.element, ...parts);
  }
}
