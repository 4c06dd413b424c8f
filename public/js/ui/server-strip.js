import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { el, setText } from './dom.js';

/** How long the server may be away before that is said, in milliseconds. */
export const PATIENCE_MS = 700;

/** A thin strip while the server is away; picture and sound go on meanwhile. */
export class ServerStrip {
  element = el('p', { class: 'server-strip', role: 'status' });
  #clock;
  /** @type {any} */
  #timer = null;

  /** @param {import('../net/connection.js').Clock} [clock] */
  constructor(clock = globalThis) {
    this.#clock = clock;
  }

  /** @param {'here' | 'away'} server */
  show(server) {
    if (server === 'away') this.#timer ??= this.#clock.setTimeout(() => setText(this.element, t('call.reconnecting')), PATIENCE_MS);
    else this.disconnect();
  }

  disconnect() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (this.element.textContent) announce(t('call.reconnected'));
    setText(this.element, '');
  }
}
