import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { el, setText } from './dom.js';

/** How long the server may be away before that is said, in milliseconds. */
export const PATIENCE_MS = 700;

/** A thin strip while the server is away; picture and sound go on meanwhile. */
export class ServerStrip {
  element = el('p', { class: 'server-strip', role: 'status' });
  #clock;
  #say;
  /** @type {any} */
  #timer = null;

  /**
   * @param {object} [options]
   * @param {import('../net/connection.js').Clock} [options.clock]
   * @param {(sentence: string) => void} [options.say] has a sentence read out
   */
  constructor({ clock = globalThis, say = announce } = {}) {
    this.#clock = clock;
    this.#say = say;
  }

  /** @param {'here' | 'away' | 'waiting'} server */
  show(server) {
    if (server === 'waiting') {
      this.#clock.clearTimeout(this.#timer);
      setText(this.element, t('call.waiting'));
      return;
    }
    if (server === 'away') {
      this.#timer ??= this.#clock.setTimeout(() => setText(this.element, t('call.reconnecting')), PATIENCE_MS);
      return;
    }
    if (this.element.textContent) this.#say(t('call.reconnected'));
    this.disconnect();
  }

  disconnect() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    setText(this.element, '');
  }
}
