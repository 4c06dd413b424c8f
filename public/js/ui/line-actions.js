import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {import('./chat-line.js').ChatLine} ChatLine */
/** @typedef {import('../i18n/index.js').Key} Key */

/**
 * @typedef {object} MessageActs what can be done with a message
 * @property {(message: MessageEntry) => void} reply
 * @property {(message: MessageEntry) => void} replyPrivately
 * @property {(message: MessageEntry) => void} edit
 * @property {(message: MessageEntry) => Promise<void>} remove rejects with ProtocolError
 */

/** @typedef {{name: Key, icon: import('./icons.js').IconName, act: () => void}} Action */

/** What can be done with the line under the mouse, with the focus, or tapped: one bar, which goes from line to line. */
export class LineActions {
  #log;
  #transcript;
  #acts;
  #isHost;
  #isHere;
  #mayWrite;
  /** @type {ChatLine | null} */
  #line = null;
  /** The line that had the bar when a pointer came down, and what kind that was. @type {ChatLine | null} */
  #tapped = null;
  #pointer = '';
  /** Whether it is asked if the message is to be deleted. */
  #asking = false;
  #bar = el('div', { class: 'line-actions', role: 'group', 'aria-label': t('chat.actions'), 'aria-live': 'off' });

  /**
   * @param {object} options
   * @param {import('./chat-log.js').ChatLog} options.log
   * @param {import('../chat/transcript.js').Transcript} options.transcript
   * @param {MessageActs} options.acts
   * @param {() => boolean} options.isHost whether any message may be deleted
   * @param {(id: string) => boolean} options.isHere whether a peer can be written to
   * @param {boolean} options.mayWrite
   */
  constructor({ log, transcript, acts, isHost, isHere, mayWrite }) {
    this.#log = log;
    this.#transcript = transcript;
    this.#acts = acts;
    this.#isHost = isHost;
    this.#isHere = isHere;
    this.#mayWrite = mayWrite;
  }

  connect() {
    const { log } = this.#log;
    log.addEventListener('pointermove', this.#moved);
    log.addEventListener('pointerleave', this.#left);
    log.addEventListener('pointerdown', this.#down);
    log.addEventListener('click', this.#clicked);
    log.addEventListener('focusin', this.#focused);
    log.addEventListener('focusout', this.#blurred);
    log.addEventListener('keydown', this.#pressed);
    this.#transcript.addEventListener('change', this.#changed);
  }

  disconnect() {
    const { log } = this.#log;
    log.removeEventListener('pointermove', this.#moved);
    log.removeEventListener('pointerleave', this.#left);
    log.removeEventListener('pointerdown', this.#down);
    log.removeEventListener('click', this.#clicked);
    log.removeEventListener('focusin', this.#focused);
    log.removeEventListener('focusout', this.#blurred);
    log.removeEventListener('keydown', this.#pressed);
    this.#transcript.removeEventListener('change', this.#changed);
    this.#show(null);
  }

  /** The mouse has moved, not the lines beneath it. @param {PointerEvent} event */
  #moved = ({ target, pointerType }) => {
    const line = this.#log.lineOf(target);
    if (pointerType === 'mouse' && line !== this.#line && !this.#hasFocus()) this.#show(line);
  };

  /** @param {PointerEvent} event */
  #left = ({ pointerType }) => {
    if (pointerType === 'mouse' && !this.#hasFocus()) this.#show(null);
  };

  /** @param {PointerEvent} event */
  #down = ({ pointerType }) => {
    this.#tapped = this.#line;
    this.#pointer = pointerType;
  };

  /**
   * A tap, or a click that no pointer made, shows the actions; another tap on the same line puts them away.
   * @param {MouseEvent} event
   */
  #clicked = ({ target }) => {
    const [pointer, tapped] = [this.#pointer, this.#tapped];
    this.#pointer = '';
    this.#tapped = null;
    if (pointer === 'mouse' || !(target instanceof Element) || target.closest('a, button, .line-actions')) return;
    const line = this.#log.lineOf(target);
    this.#show(line !== null && line === tapped ? null : line);
    if (this.#line) this.#bar.scrollIntoView({ block: 'nearest' });
  };

  /** @param {FocusEvent} event */
  #focused = ({ target }) => {
    const line = this.#log.lineOf(target);
    if (line !== this.#line) this.#show(line);
  };

  /** @param {FocusEvent} event */
  #blurred = ({ target, relatedTarget }) => {
    const element = this.#line?.element;
    // The bar that goes elsewhere takes the focus from itself.
    if (!element?.contains(/** @type {Node} */ (target)) || element.contains(/** @type {Node | null} */ (relatedTarget))) return;
    if (!element.matches(':hover')) this.#show(null);
  };

  /** Escape takes the question back, then leaves the line. @param {KeyboardEvent} event */
  #pressed = (event) => {
    if (event.key !== 'Escape' || !(this.#asking || this.#log.lineOf(event.target))) return;
    event.stopPropagation();
    if (this.#asking) this.#takeBack();
    else {
      this.#show(null);
      this.#log.log.focus({ preventScroll: true });
    }
  };

  #takeBack() {
    this.#draw();
    this.#line?.element.focus({ preventScroll: true });
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { changed } = /** @type {CustomEvent<import('../chat/transcript.js').TranscriptChange>} */ (event).detail;
    if (this.#line && changed.includes(this.#line.entry)) this.#show(this.#line);
  };

  #hasFocus() {
    return this.#bar.contains(document.activeElement);
  }

  /** @param {ChatLine | null} line */
  #show(line) {
    this.#line?.element.classList.remove('is-active', 'is-asked');
    this.#line = line && this.#actions(line.entry).length > 0 ? line : null;
    this.#asking = false;
    if (!this.#line) return this.#bar.remove();
    if (this.#bar.parentElement !== this.#line.main) this.#line.main.append(this.#bar);
    this.#line.element.classList.add('is-active');
    this.#draw();
  }

  #draw() {
    this.#asking = false;
    this.#line?.element.classList.remove('is-asked');
    const entry = /** @type {MessageEntry} */ (this.#line?.entry);
    this.#fill('is-icons', ...this.#actions(entry).map((action) => actionButton(action)));
  }

  /** @param {string} kind @param {...HTMLElement} children */
  #fill(kind, ...children) {
    const focused = this.#hasFocus();
    this.#bar.className = `line-actions ${kind}`;
    replaceChildren(this.#bar, ...children);
    if (focused) this.#bar.querySelector('button')?.focus({ preventScroll: true });
  }

  /**
   * @param {import('../chat/entry.js').Entry} entry
   * @returns {Action[]}
   */
  #actions(entry) {
    if (entry.kind !== 'message' || entry.state !== 'sent' || entry.deleted) return [];
    const go = (/** @type {'reply' | 'replyPrivately' | 'edit'} */ name) => () => {
      this.#show(null);
      this.#acts[name](entry);
    };
    /** @type {Action[]} */
    const actions = [];
    const reader = entry.own ? entry.to : entry.from;
    if (this.#mayWrite && (entry.to === null || (reader !== null && this.#isHere(reader)))) {
      actions.push({ name: 'chat.reply', icon: 'reply', act: go('reply') });
    }
    if (this.#mayWrite && entry.own) actions.push({ name: 'chat.edit', icon: 'pencil', act: go('edit') });
    else if (this.#mayWrite && entry.to === null && this.#isHere(entry.from)) {
      actions.push({ name: 'chat.replyPrivately', icon: 'lock', act: go('replyPrivately') });
    }
    if (entry.own || this.#isHost()) actions.push({ name: 'chat.delete', icon: 'bin', act: () => this.#ask(entry) });
    return actions;
  }

  /** @param {MessageEntry} entry @param {string} [problem] why it could not be deleted */
  #ask(entry, problem) {
    this.#asking = true;
    this.#line?.element.classList.add('is-asked');
    this.#fill(
      'is-question',
      el('span', { class: 'line-question' }, problem ?? t('chat.deleteAsk')),
      textButton('chat.delete', () => this.#remove(entry), 'is-danger'),
      textButton('chat.cancel', () => this.#takeBack()),
    );
    this.#bar.querySelector('button')?.focus({ preventScroll: true });
    this.#bar.scrollIntoView({ block: 'nearest' });
  }

  /** @param {MessageEntry} entry */
  async #remove(entry) {
    const line = this.#line;
    try {
      await this.#acts.remove(entry);
      line?.element.focus({ preventScroll: true });
      announce(t('chat.deleted'));
    } catch (error) {
      const problem = errorText(error instanceof ProtocolError ? error.code : 'unknown');
      if (this.#line === line) this.#ask(entry, problem);
      announce(problem);
    }
  }
}

/** @param {Action} action */
function actionButton({ name, icon: drawing, act }) {
  const text = t(name);
  return el(
    'button',
    { type: 'button', class: 'line-action', 'aria-label': text, title: text, onclick: act },
    icon(drawing),
  );
}

/** @param {Key} name @param {() => void} act @param {string} [kind] */
function textButton(name, act, kind = '') {
  return el('button', { type: 'button', class: `line-action is-text ${kind}`, onclick: act }, t(name));
}
