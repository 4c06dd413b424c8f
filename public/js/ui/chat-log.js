import { isStored } from '../chat/entry.js';
import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { withoutBidiControls } from './bidi.js';
import { el, setAttribute, setText, uniqueID } from './dom.js';
import { icon } from './icons.js';
import { LogLines, bottomOf } from './log-lines.js';
import { LogPages } from './log-pages.js';
import { Quotes } from './quotes.js';

/** @typedef {import('../chat/entry.js').Entry} Entry */
/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {import('../chat/entry.js').StoredEntry} StoredEntry */
/** @typedef {import('../chat/transcript.js').TranscriptChange} TranscriptChange */

const nearPx = 48;
/** Characters of a message that are read out by themselves. */
const heardChars = 500;
/** Entries in the window, and so in the document; own unsent lines come on top. */
export const KEPT = 400;

/**
 * The scrolling log: a window over the room's messages. It follows the newest line unless its reader has scrolled up;
 * what is drawn, and so the work for a frame, is bounded by the window.
 */
export class ChatLog {
  #chat;
  #lines;
  #quotes;
  #pages;
  /** What is to be drawn again in the next frame. @type {Set<Entry>} */
  #changedEntries = new Set();
  #frame = 0;
  #following = true;
  /** The `n` from which messages were unread when the log was opened. @type {number | null} */
  #unreadFrom = null;
  /** Counts the wishes to see another part. */
  #turn = 0;
  /** Messages of others that came while the reader was further up. */
  #below = 0;
  #empty;
  #list = el('div', { class: 'log-list' });
  #count = el('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  #counted = el('span', { class: 'unseen', id: uniqueID('below') });
  #jump = el(
    'button',
    { type: 'button', class: 'button button-quiet log-jump', hidden: true, onclick: () => this.toNewest() },
    icon('down'),
    t('chat.newest'),
    this.#count,
  );
  #resized = new ResizeObserver(() => this.#following && this.#pin());
  /** Heights of the log and of all in it when the newest was last put in view. */
  #pinned = '';

  /**
   * @param {object} options
   * @param {import('../chat/conversation.js').Conversation} options.chat
   * @param {boolean} options.mayWrite whether this reader may
   * @param {Omit<import('./chat-line.js').LineParts, 'quote'>} options.parts
   * @param {(n: number) => void} options.go goes to a message that is quoted
   */
  constructor({ chat, mayWrite, parts, go }) {
    this.#chat = chat;
    /** The element that scrolls. */
    this.log = el('div', {
      class: 'log', role: 'log', 'aria-label': t('chat.log'), 'aria-live': 'off', tabindex: 0,
      onscroll: () => this.#scrolled(),
    });
    this.#empty = el('p', { class: 'log-empty' }, t(mayWrite ? 'chat.empty' : 'chat.nothing'));
    this.#pages = new LogPages({ chat, log: this.log });
    this.log.append(this.#pages.older, this.#empty, this.#list, this.#pages.newer);
    this.#quotes = new Quotes({ root: this.log, find: (n) => chat.quoted(n), go });
    this.#lines = new LogLines(this.#list, { ...parts, quote: (n, id) => this.#quotes.quote(n, id) });
    this.element = el('div', { class: 'log-frame' }, this.log, this.#jump, this.#counted);
  }

  get #transcript() {
    return this.#chat.transcript;
  }

  connect() {
    this.#transcript.addEventListener('change', this.#changed);
    this.#transcript.addEventListener('arrived', this.#arrived);
    this.#transcript.addEventListener('restated', this.#restated);
    this.#resized.observe(this.log);
    this.#resized.observe(this.#list);
    this.#draw();
  }

  disconnect() {
    this.#transcript.removeEventListener('change', this.#changed);
    this.#transcript.removeEventListener('arrived', this.#arrived);
    this.#transcript.removeEventListener('restated', this.#restated);
    this.#resized.disconnect();
    this.#quotes.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** The line an element stands in. @param {EventTarget | null} target */
  lineOf(target) {
    return this.#lines.lineOf(target);
  }

  /** Goes where the newest line is, and stays there. @returns {Promise<boolean>} false when that failed; never rejects */
  async toNewest() {
    const turn = ++this.#turn;
    if (!(await this.#pages.latest())) return false;
    if (turn !== this.#turn) return true;
    this.#following = true;
    this.#draw();
    return true;
  }

  /**
   * Goes to a message, with those around it, unless its reader goes elsewhere before it has come. The focus goes there if
   * it has not moved meanwhile.
   * @param {number} n
   * @returns {Promise<boolean>} false when there is none to read; rejects with ProtocolError
   */
  async goTo(n) {
    const turn = ++this.#turn;
    const { activeElement } = document;
    if (!(await this.#pages.show(n))) return false;
    if (turn !== this.#turn) return true;
    const stayed = document.activeElement === activeElement || document.activeElement === document.body;
    this.#following = false;
    this.#draw();
    const line = this.#lines.at(n);
    if (!line) return true;
    const { offsetTop, offsetHeight } = line.element;
    this.log.scrollTop = offsetTop - Math.max(0, this.log.clientHeight - offsetHeight) / 2;
    this.#scrolled();
    if (stayed) line.element.focus({ preventScroll: true });
    line.mark();
    return true;
  }

  /**
   * Draws the line above the first unread message, and shows it unless it is in view with the newest one.
   * @param {number | null} n from which on messages of others are unread; null: all is read
   */
  markUnread(n) {
    this.#unreadFrom = n;
    this.#draw();
    const first = this.#firstUnread();
    const line = first && this.#lines.at(first.n);
    if (!line || !this.#following) return;
    const top = line.element.offsetTop;
    if (top >= this.log.scrollTop) return;
    this.#following = false;
    this.log.scrollTop = top;
    this.#scrolled();
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { added, changed, removed } = /** @type {CustomEvent<TranscriptChange>} */ (event).detail;
    for (const entry of removed) this.#changedEntries.delete(entry);
    for (const entry of changed) this.#changedEntries.add(entry);
    if (added.length > 0) this.#trim();
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  };

  /** Drops what is furthest from the reader. */
  #trim() {
    const transcript = this.#transcript;
    if (this.#following || this.#pages.loading === 'newer') transcript.trimOldest(KEPT);
    else transcript.trimNewest(KEPT);
  }

  /** @param {Event} event */
  #restated = (event) => {
    const { n, entry } = /** @type {CustomEvent<{n: number, entry: MessageEntry}>} */ (event).detail;
    this.#quotes.restate(n, entry);
  };

  /** Has a message read out, if the log is open, and counts it. @param {Event} event */
  #arrived = (event) => {
    const { name, text, to } = /** @type {CustomEvent<{entry: MessageEntry}>} */ (event).detail.entry;
    const heard = { name, text: withoutBidiControls(text.slice(0, heardChars)) };
    if (this.log.clientHeight > 0) announce(t(to === null ? 'chat.heard' : 'chat.heardPrivately', heard));
    if (this.#following) return;
    this.#below += 1;
    this.#showJump();
  };

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { entries, newer } = this.#transcript;
    if (newer) this.#following = false;
    const anchor = this.#following ? null : this.#lines.below(this.log.scrollTop);
    const before = anchor && bottomOf(anchor);
    this.#lines.place(entries, this.#changedEntries, this.#firstUnread());
    this.#changedEntries.clear();
    this.#empty.hidden = entries.length > 0;
    this.#pages.update();
    if (this.#following) this.#pin();
    else if (anchor?.isConnected && before !== null) this.log.scrollTop += bottomOf(anchor) - before;
    this.#showJump();
    this.#pages.loadAt(this.log);
  }

  /** @returns {StoredEntry | null} null also while what comes before it is not in the window */
  #firstUnread() {
    const from = this.#unreadFrom;
    const { entries, first, more } = this.#transcript;
    if (from === null || (more && (first ?? Infinity) > from)) return null;
    return entries.filter(isStored).find(({ n, own, deleted }) => n >= from && !own && !deleted) ?? null;
  }

  #pin() {
    this.log.scrollTop = this.log.scrollHeight;
    this.#pinned = this.#heights();
  }

  #heights() {
    return `${this.log.clientHeight} ${this.log.scrollHeight}`;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (clientHeight === 0) return;
    // A change of size scrolls, too, and is no reader's wish.
    if (this.#following && this.#heights() !== this.#pinned) this.#pin();
    else this.#following = !this.#transcript.newer && scrollHeight - scrollTop - clientHeight < nearPx;
    this.#showJump();
    this.#pages.loadAt(this.log);
  }

  #showJump() {
    if (this.#following) this.#below = 0;
    const count = this.#below;
    if (this.#following && document.activeElement === this.#jump) this.log.focus({ preventScroll: true });
    this.#jump.hidden = this.#following;
    this.#count.hidden = count === 0;
    setText(this.#count, count > 99 ? '99+' : String(count));
    setText(this.#counted, count ? t('chat.below', { count }) : '');
    setAttribute(this.#jump, 'aria-describedby', count ? this.#counted.id : null);
  }
}
