import { t } from '../i18n/index.js';
import { el, setText } from './dom.js';

/** How long a page that could not be loaded is not asked for again, in milliseconds. */
const restMs = 2_000;

/** Loads the pages above and below the log's window before its reader gets there. */
export class LogPages {
  /** @type {'older' | 'newer' | null} */
  loading = null;

  #chat;
  #log;
  /** What stands above, and below, all lines. */
  #ends = { older: new End(() => this.#again('older')), newer: new End(() => this.#again('newer')) };
  /** When loading failed, in the time of `performance.now()`. */
  #failed = -restMs;

  /** @param {{chat: import('../chat/conversation.js').Conversation, log: HTMLElement}} options `log`: what scrolls */
  constructor({ chat, log }) {
    this.#chat = chat;
    this.#log = log;
  }

  /** Stands above all lines. */
  get older() {
    return this.#ends.older.element;
  }

  /** Stands below all lines. */
  get newer() {
    return this.#ends.newer.element;
  }

  update() {
    const { more, newer } = this.#chat.transcript;
    this.older.hidden = !more;
    this.newer.hidden = !newer;
  }

  /** Loads a page when the end of the window is less than a screen away. @param {HTMLElement} log */
  loadAt({ scrollTop, scrollHeight, clientHeight }) {
    if (clientHeight === 0 || this.loading || performance.now() - this.#failed < restMs) return;
    const { more, newer } = this.#chat.transcript;
    const below = scrollHeight - scrollTop - clientHeight;
    if (more && scrollTop < clientHeight) this.#load('older');
    else if (newer && below < clientHeight) this.#load('newer');
  }

  /** Goes to the newest page. @returns {Promise<boolean>} false when that failed, which is said below the lines */
  async latest() {
    if (!this.#chat.transcript.newer) return true;
    try {
      await this.#chat.latest();
      this.#ends.newer.say('');
      return true;
    } catch {
      this.#ends.newer.fail(t('chat.newerFailed'));
      return false;
    }
  }

  /** @param {number} n @returns {Promise<unknown>} null when there is no such message; rejects with ProtocolError */
  show(n) {
    return this.#chat.show(n);
  }

  /** @param {'older' | 'newer'} end */
  #again(end) {
    this.#log.focus();
    if (!this.loading) this.#load(end);
  }

  /** @param {'older' | 'newer'} end */
  async #load(end) {
    this.loading = end;
    this.#ends[end].say(t(`chat.${end}`));
    try {
      await this.#chat[end]();
      this.#ends[end].say('');
    } catch {
      this.#failed = performance.now();
      this.#ends[end].fail(t(`chat.${end}Failed`));
    } finally {
      this.loading = null;
    }
  }
}

/** What stands where the window ends and the room's messages do not. */
class End {
  #text = el('span', { role: 'status' });
  #retry;

  /** @param {() => void} retry */
  constructor(retry) {
    this.#retry = el('button', { type: 'button', class: 'text-button', hidden: true, onclick: retry }, t('chat.retry'));
    this.element = el('div', { class: 'log-end', hidden: true }, this.#text, ' ', this.#retry);
  }

  /** @param {string} text */
  say(text) {
    setText(this.#text, text);
    this.#retry.hidden = true;
  }

  /** @param {string} text why there is nothing */
  fail(text) {
    setText(this.#text, text);
    this.#retry.hidden = false;
  }
}
