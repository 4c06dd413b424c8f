import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { ChatLog } from './chat-log.js';
import { Composer } from './composer.js';
import { el, replaceChildren, setText } from './dom.js';
import { icon } from './icons.js';
import { LineActions } from './line-actions.js';
import { LogKeys } from './log-keys.js';
import { panel } from './panel.js';
import { preferences } from './preferences.js';
import { SearchView } from './search-view.js';
import { sentence } from './sentence.js';
import { UnsentLines } from './unsent.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {import('./draft.js').Person} Person */

/** How long it is said that something did not work, in milliseconds. */
const toldMs = 10_000;

/** The chat: what was said, who is typing, where one writes, and finding again. */
export class ChatPanel {
  #call;
  #log;
  #keys;
  #actions;
  #composer;
  #search;
  #unsent;
  #told = 0;
  #typists = el('p', { class: 'typists' });
  #fault = el('p', { class: 'fault chat-fault', role: 'status' });
  #find = el(
    'button',
    {
      type: 'button', class: 'round-button is-plain', 'aria-label': t('search.title'), title: t('search.title'),
      onclick: () => this.#searching(true),
    },
    icon('search'),
  );
  #talk;

  /** @param {import('../call.js').Call} call @param {() => void} close */
  constructor(call, close) {
    this.#call = call;
    const room = call.room.name;
    this.#log = this.#makeLog();
    this.#keys = new LogKeys(this.#log.log);
    this.#actions = this.#makeActions();
    this.#composer = this.#makeComposer();
    this.#search = new SearchView({
      search: (query, options) => call.search(query, options),
      choose: (n) => this.#goTo(n),
      back: () => this.#searching(false),
    });
    this.#unsent = new UnsentLines({
      transcript: call.transcript,
      write: (lines) => preferences.keepUnsent(room, lines),
    });
    const below = [this.#fault, this.#typists, this.#composer.element];
    this.#talk = el('div', { class: 'chat-talk' }, this.#log.element, ...below);
    this.element = panel({ title: t('chat.title'), close, tool: this.#find }, this.#talk, this.#search.element);
    this.element.classList.add('chat');
  }

  connect() {
    this.#log.connect();
    this.#keys.connect();
    this.#actions.connect();
    this.#call.restore(preferences.unsent(this.#call.room.name));
    this.#unsent.connect();
  }

  disconnect() {
    this.#unsent.disconnect();
    this.#actions.disconnect();
    this.#log.disconnect();
    clearTimeout(this.#told);
  }

  /** @param {boolean} open */
  show(open) {
    if (this.element.hidden === !open) return;
    this.element.hidden = !open;
    if (open && this.#search.element.hidden) this.#composer.focus();
  }

  /** The chat was opened. @param {number | null} n of the first unread message; null: all is read */
  async opened(n) {
    if (n !== null) await this.#log.toNewest();
    this.#log.markUnread(n);
  }

  /** The open chat is looked at again. @param {number} n of the first unread message */
  seenAgain(n) {
    this.#log.markUnread(n);
  }

  update() {
    replaceChildren(this.#typists, ...typing([...this.#call.typists.values()]));
  }

  /** Begins a message that only one person reads. @param {Person} person */
  write({ id, name }) {
    this.#searching(false);
    this.#composer.address({ id, name });
  }

  #makeLog() {
    const call = this.#call;
    const discard = (/** @type {string} */ key) => {
      call.discard(key);
      announce(t('chat.discarded'));
      this.#composer.focus();
    };
    return new ChatLog({
      call,
      parts: { retry: (key) => call.retry(key), discard, nameOf: (id) => this.#nameOf(id) },
      go: (n) => this.#goTo(n),
    });
  }

  #makeActions() {
    const call = this.#call;
    return new LineActions({
      log: this.#log,
      transcript: call.transcript,
      isHost: () => call.peers.get(call.you)?.role === 'host',
      isHere: (id) => call.peers.has(id),
      acts: {
        reply: (message) => this.#composer.answer(message, this.#otherReader(message)),
        replyPrivately: (message) => this.#composer.answer(message, { id: message.from, name: message.name }),
        edit: (message) => this.#composer.change(message),
        remove: ({ n }) => call.remove(/** @type {number} */ (n)),
      },
    });
  }

  #makeComposer() {
    const call = this.#call;
    const room = call.room.name;
    return new Composer(preferences.draft(room), {
      say: (text, about) => this.#say(text, about),
      edit: (n, text) => call.edit(n, text),
      typing: () => call.typing(),
      changeLast: () => this.#changeLast(),
      keep: (draft) => preferences.keepDraft(room, draft),
    });
  }

  /** @param {string} text @param {{to?: string, reply?: number}} about */
  #say(text, about) {
    this.#call.say(text, about);
    this.#log.markUnread(null);
    this.#log.toNewest();
  }

  async #changeLast() {
    await this.#log.toNewest();
    const { entries } = this.#call.transcript;
    const last = entries.findLast((entry) => entry.kind === 'message' && canChange(entry));
    if (last?.kind === 'message') this.#composer.change(last);
  }

  /** Who besides oneself reads a private message. @param {MessageEntry} message @returns {Person | null} */
  #otherReader({ own, from, name, to }) {
    if (to === null) return null;
    return own ? { id: to, name: this.#nameOf(to) ?? t('chat.someone') } : { id: from, name };
  }

  /** The name of somebody who is here, or has written. @param {string} id @returns {string | null} */
  #nameOf(id) {
    const here = this.#call.peers.get(id);
    if (here) return here.name;
    const said = this.#call.transcript.entries.findLast((entry) => entry.kind === 'message' && entry.from === id);
    return said?.name ?? null;
  }

  /** @param {number} n */
  async #goTo(n) {
    this.#searching(false);
    try {
      if (!(await this.#log.goTo(n))) this.#tell('no-such-message');
    } catch (error) {
      this.#tell(error instanceof ProtocolError ? error.code : 'unknown');
    }
  }

  /** @param {string} code of an error */
  #tell(code) {
    setText(this.#fault, errorText(code));
    clearTimeout(this.#told);
    this.#told = window.setTimeout(() => setText(this.#fault, ''), toldMs);
  }

  /** @param {boolean} searching */
  #searching(searching) {
    if (this.#search.element.hidden === !searching) return;
    this.#talk.hidden = searching;
    this.#find.hidden = searching;
    this.#search.show(searching);
    if (!searching) this.#composer.focus();
  }
}

/** @param {MessageEntry} message */
const canChange = ({ own, state, deleted }) => own && state === 'sent' && !deleted;

/** @param {string[]} names */
function typing([name, other, ...more]) {
  if (!name) return [];
  if (!other) return sentence('chat.typingOne', { name });
  return more.length > 0 ? [t('chat.typingMany')] : sentence('chat.typingTwo', { name, other });
}
