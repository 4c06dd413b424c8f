import { t } from '../i18n/index.js';
import { el, setAttribute, setText } from './dom.js';

/** How long a log that was filled with what had been said before keeps quiet, in milliseconds. */
const quietMs = 500;
/** How long a page that could not be loaded is not asked for again, in milliseconds. */
const restMs = 2_000;

/** Loads the pages above and below the log's window before its reader gets there. */
export class LogPages {
  /** Stands above all lines. */
  older = el('p', { class: 'log-end', hidden: true });
  /** Stands below all lines. */
  newer = el('p', { class: 'log-end', hidden: true });
  /** @type {'older' | 'newer' | null} */
  loading = null;

  #call;
  #log;
  #quiet = 0;
  /** When loading failed, in the time of `performance.now()`. */
  #failed = -restMs;

  /** @param {{call: import('../call.js').Call, log: HTMLElement}} options `log`: what scrolls */
  constructor({ call, log }) {
    this.#call = call;
    this.#log = log;
  }

  update() {
    const { more, newer } = this.#call.transcript;
    this.older.hidden = !more;
    this.newer.hidden = !newer;
  }

  /** Loads a page when the end of the window is less than a screen away. @param {HTMLElement} log */
  loadAt({ scrollTop, scrollHeight, clientHeight }) {
    if (clientHeight === 0 || this.loading || performance.now() - this.#failed < restMs) return;
    const { more, newer } = this.#call.transcript;
    const below = scrollHeight - scrollTop - clientHeight;
    if (more && scrollTop < clientHeight) this.#load('older');
    else if (newer && below < clientHeight) this.#load('newer');
  }

  /** Goes to the newest page. @returns {Promise<boolean>} false when that failed, which is said below the lines */
  async latest() {
    if (!this.#call.transcript.newer) return true;
    try {
      await this.#quietly(() => this.#call.latest());
      return true;
    } catch {
      setText(this.newer, t('chat.newerFailed'));
      return false;
    }
  }

  /** @param {number} n @returns {Promise<unknown>} null when there is no such message; rejects with ProtocolError */
  show(n) {
    return this.#quietly(() => this.#call.show(n));
  }

  /** @param {'older' | 'newer'} end */
  async #load(end) {
    this.loading = end;
    setText(this[end], t(`chat.${end}`));
    try {
      await this.#quietly(() => this.#call[end]());
      setText(this[end], '');
    } catch {
      this.#failed = performance.now();
      setText(this[end], t(`chat.${end}Failed`));
    } finally {
      this.loading = null;
    }
  }

  /**
   * Keeps assistive technology from reading what has not just been said.
   * @template T @param {() => Promise<T>} load
   */
  async #quietly(load) {
    clearTimeout(this.#quiet);
    this.#quieten(true);
    try {
      return await load();
    } finally {
      clearTimeout(this.#quiet);
      this.#quiet = window.setTimeout(() => this.#quieten(false), quietMs);
    }
  }

  /** @param {boolean} quiet */
  #quieten(quiet) {
    setAttribute(this.#log, 'aria-busy', quiet ? 'true' : null);
    setAttribute(this.#log, 'aria-live', quiet ? 'off' : null);
  }
}
