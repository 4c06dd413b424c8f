import { t } from '../i18n/index.js';
import { ChatLine } from './chat-line.js';
import { el, setText } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../chat/transcript.js').Entry} Entry */
/** @typedef {import('../chat/transcript.js').Transcript} Transcript */

const nearPx = 48;

/** The scrolling log. It follows the newest line unless its reader has scrolled up. */
export class ChatLog {
  #transcript;
  #older;
  #retry;
  /** @type {Map<unknown, ChatLine>} by what identifies an entry */
  #lines = new Map();
  #top = el('p', { class: 'log-top', hidden: true });
  #empty = el('p', { class: 'log-empty' }, t('chat.empty'));
  #log = el(
    'div',
    { class: 'log', role: 'log', 'aria-label': t('chat.log'), tabindex: 0, onscroll: () => this.#scrolled() },
    this.#top,
    this.#empty,
  );
  #jump = el(
    'button',
    { type: 'button', class: 'button button-quiet log-jump', hidden: true, onclick: () => this.toNewest() },
    icon('down'),
    t('chat.newest'),
  );
  #following = true;
  #loading = false;
  #resized = new ResizeObserver(() => this.#following && this.toNewest());

  /**
   * @param {object} options
   * @param {Transcript} options.transcript
   * @param {() => Promise<unknown>} options.older loads older messages into the transcript
   * @param {(key: string) => void} options.retry
   */
  constructor({ transcript, older, retry }) {
    this.#transcript = transcript;
    this.#older = older;
    this.#retry = retry;
    this.element = el('div', { class: 'log-frame' }, this.#log, this.#jump);
  }

  connect() {
    this.#transcript.addEventListener('change', this.#update);
    this.#resized.observe(this.#log);
    this.#update();
  }

  disconnect() {
    this.#transcript.removeEventListener('change', this.#update);
    this.#resized.disconnect();
  }

  toNewest() {
    this.#following = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#jump.hidden = true;
  }

  #update = () => {
    const { entries, more } = this.#transcript;
    const anchor = this.#following ? null : this.#firstVisible();
    this.#draw(entries);
    this.#empty.hidden = entries.length > 0;
    this.#top.hidden = !more;
    if (this.#following) this.toNewest();
    else if (anchor) this.#log.scrollTop += anchor.line.offsetTop - anchor.top;
    if (more && this.#log.clientHeight > 0) this.#loadWhenAtTop();
  };

  /** @param {readonly Entry[]} entries */
  #draw(entries) {
    /** @type {Set<unknown>} */
    const kept = new Set();
    /** @type {Element} */
    let previous = this.#empty;
    for (const [index, entry] of entries.entries()) {
      const identity = identityOf(entry);
      const line = this.#lines.get(identity) ?? new ChatLine(this.#retry);
      this.#lines.set(identity, line);
      kept.add(identity);
      line.show(entry, entries[index - 1]);
      if (previous.nextSibling !== line.element) previous.after(line.element);
      previous = line.element;
    }
    for (const [identity, line] of this.#lines) {
      if (kept.has(identity)) continue;
      line.element.remove();
      this.#lines.delete(identity);
    }
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    if (clientHeight === 0) return;
    this.#following = scrollHeight - scrollTop - clientHeight < nearPx;
    this.#jump.hidden = this.#following;
    this.#loadWhenAtTop();
  }

  async #loadWhenAtTop() {
    if (this.#loading || !this.#transcript.more || this.#log.scrollTop > nearPx) return;
    this.#loading = true;
    this.#log.ariaBusy = 'true';
    setText(this.#top, t('chat.older'));
    try {
      await this.#older();
    } catch {
      setText(this.#top, t('chat.olderFailed'));
    } finally {
      this.#loading = false;
      this.#log.ariaBusy = 'false';
    }
  }

  #firstVisible() {
    const { scrollTop } = this.#log;
    for (const { element } of this.#lines.values()) {
      if (element.offsetTop + element.offsetHeight > scrollTop) return { line: element, top: element.offsetTop };
    }
    return null;
  }
}

/** What stays the same while an entry is pending, sent, changed. @param {Entry} entry @returns {unknown} */
function identityOf(entry) {
  return entry.kind === 'message' ? `${entry.from} ${entry.key}` : entry;
}
