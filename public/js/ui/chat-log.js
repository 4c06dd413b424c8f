import { t } from '../i18n/index.js';
import { ChatLine } from './chat-line.js';
import { el, setText } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../chat/transcript.js').Entry} Entry */
/** @typedef {import('../chat/transcript.js').Transcript} Transcript */

/** @typedef {import('../chat/transcript.js').TranscriptChange} TranscriptChange */

const nearPx = 48;
/** Children of the log above its lines. */
const firstLine = 2;
/** Entries kept while the newest is in view. */
const kept = 500;

/** The scrolling log. It follows the newest line unless its reader has scrolled up. */
export class ChatLog {
  #transcript;
  #older;
  #retry;
  /** @type {Map<Entry, ChatLine>} */
  #lines = new Map();
  /** @type {WeakMap<Element, Entry>} */
  #entries = new WeakMap();
  /** What is to be drawn in the next frame. @type {Set<Entry>} */
  #fresh = new Set();
  /** What is to be taken away in the next frame. @type {Set<Entry>} */
  #gone = new Set();
  #frame = 0;
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
    this.#transcript.addEventListener('change', this.#changed);
    this.#resized.observe(this.#log);
    for (const entry of this.#transcript.entries) this.#fresh.add(entry);
    this.#draw();
  }

  disconnect() {
    this.#transcript.removeEventListener('change', this.#changed);
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  toNewest() {
    this.#following = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#jump.hidden = true;
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { added, changed, removed } = /** @type {CustomEvent<TranscriptChange>} */ (event).detail;
    for (const entry of removed) {
      this.#fresh.delete(entry);
      this.#gone.add(entry);
    }
    for (const entry of [...added, ...changed]) {
      this.#gone.delete(entry);
      this.#fresh.add(entry);
    }
    if (added.length > 0 && this.#following) this.#transcript.trim(kept);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  };

  #draw() {
    this.#frame = 0;
    const { entries, more } = this.#transcript;
    const anchor = this.#following ? null : this.#firstVisible();
    this.#place(entries);
    this.#empty.hidden = entries.length > 0;
    this.#top.hidden = !more;
    if (this.#following) this.toNewest();
    else if (anchor) this.#log.scrollTop += anchor.line.offsetTop - anchor.top;
    if (more && this.#log.clientHeight > 0) this.#loadWhenAtTop();
  }

  /** @param {readonly Entry[]} entries */
  #place(entries) {
    /** @type {Set<Entry>} */
    const followers = new Set();
    for (const entry of [...this.#gone, ...this.#fresh]) {
      const next = this.#lines.get(entry)?.element.nextElementSibling;
      const follower = next && this.#entries.get(next);
      if (follower) followers.add(follower);
    }
    for (const entry of this.#gone) {
      this.#lines.get(entry)?.element.remove();
      this.#lines.delete(entry);
    }
    const indexes = [...this.#fresh].map((entry) => entries.lastIndexOf(entry)).sort((a, b) => a - b);
    for (const index of indexes) {
      const line = this.#line(entries[index]);
      const previous = index === 0 ? this.#empty : this.#line(entries[index - 1]).element;
      line.show(entries[index], entries[index - 1]);
      if (previous.nextSibling !== line.element) previous.after(line.element);
      if (index + 1 < entries.length) followers.add(entries[index + 1]);
    }
    for (const entry of followers) {
      if (!this.#gone.has(entry) && !this.#fresh.has(entry)) {
        this.#lines.get(entry)?.follow(entry, entries[entries.lastIndexOf(entry) - 1]);
      }
    }
    this.#fresh.clear();
    this.#gone.clear();
  }

  /** @param {Entry} entry */
  #line(entry) {
    const known = this.#lines.get(entry);
    if (known) return known;
    const line = new ChatLine(this.#retry);
    this.#lines.set(entry, line);
    this.#entries.set(line.element, entry);
    return line;
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
    const { scrollTop, children } = this.#log;
    let from = firstLine;
    let to = children.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const { offsetTop, offsetHeight } = /** @type {HTMLElement} */ (children[middle]);
      if (offsetTop + offsetHeight > scrollTop) to = middle;
      else from = middle + 1;
    }
    const line = /** @type {HTMLElement | undefined} */ (children[from]);
    return line ? { line, top: line.offsetTop } : null;
  }
}
