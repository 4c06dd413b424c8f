import { t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { ChatFault } from './chat-fault.js';
import { ChatLog } from './chat-log.js';
import { Composer } from './composer.js';
import { el, replaceChildren, setText } from './dom.js';
import { newestToChange } from './draft.js';
import { FilesTray } from './files-tray.js';
import { icon } from './icons.js';
import { LineActions } from './line-actions.js';
import { LogKeys } from './log-keys.js';
import { Names } from './names.js';
import { panel } from './panel.js';
import { preferences } from './preferences.js';
import { SearchView } from './search-view.js';
import { typistParts } from './typists.js';
import { UnsentLines } from './unsent.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {import('./draft.js').Person} Person */

/** The chat: what was said, who is typing, where one writes, and finding again. Event `change` when the search covers the log. */
export class ChatPanel extends EventTarget {
  #call;
  #log;
  #keys;
  #actions;
  #composer;
  #search;
  #unsent;
  #files;
  #names;
  #typists = el('p', { class: 'typists' });
  #fault = new ChatFault(() => this.#log.toNewest());
  #find = el(
    'button',
    {
      type: 'button', class: 'round-button is-plain', 'aria-label': t('search.title'), title: t('search.title'),
      onclick: () => this.#showSearch(true),
    },
    icon('search'),
  );
  #talk;
  #heading;
  /** Pointers that bring a keyboard over the page when a text box gets the focus. */
  #coarse = matchMedia('(pointer: coarse)');

  /** @param {import('../call.js').Call} call @param {() => void} close */
  constructor(call, close) {
    super();
    this.#call = call;
    const room = call.room.name;
    this.#names = new Names(preferences.names(room), (names) => preferences.keepNames(room, names));
    this.#log = this.#makeLog();
    this.#keys = new LogKeys(this.#log.log);
    this.#actions = this.#makeActions();
    this.#composer = this.#makeComposer();
    this.#search = new SearchView({
      search: (query, options) => call.chat.search(query, options),
      choose: (n) => this.#goTo(n),
      back: () => this.#back(),
    });
    this.#unsent = new UnsentLines({
      transcript: call.chat.transcript,
      write: (lines) => preferences.keepUnsent(room, lines),
    });
    this.#files = new FilesTray({
      transfers: call.transfers,
      nameOf: (id) => this.#nameOf(id),
      isHere: (id) => call.peers.has(id),
      leave: () => this.#focus(),
    });
    this.#find.hidden = !call.mayLookBack;
    const below = [this.#files.element, this.#fault.element, this.#typists, call.mayWrite ? this.#composer.element : readOnly()];
    this.#talk = el('div', { class: 'chat-talk' }, this.#log.element, ...below);
    this.element = panel({ title: t('chat.title'), close, tool: this.#find }, this.#talk, this.#search.element);
    this.element.classList.add('chat');
    this.#heading = /** @type {HTMLElement} */ (this.element.querySelector('h2'));
  }

  /** Whether the search covers the log. */
  get searching() {
    return !this.#search.element.hidden;
  }

  connect() {
    const { chat, room } = this.#call;
    const { transcript } = chat;
    transcript.addEventListener('change', this.#changed);
    transcript.addEventListener('restated', this.#restated);
    transcript.addEventListener('restarted', this.#restarted);
    this.meet();
    this.#remember(transcript.entries);
    this.#log.connect();
    this.#keys.connect();
    this.#actions.connect();
    this.#composer.connect();
    this.#files.connect();
    chat.restore(preferences.unsent(room.name));
    this.#unsent.connect();
    for (const n of this.#composer.about) this.#lookUp(n);
  }

  disconnect() {
    const { transcript } = this.#call.chat;
    transcript.removeEventListener('change', this.#changed);
    transcript.removeEventListener('restated', this.#restated);
    transcript.removeEventListener('restarted', this.#restarted);
    this.#unsent.disconnect();
    this.#files.disconnect();
    this.#composer.disconnect();
    this.#search.disconnect();
    this.#actions.disconnect();
    this.#keys.disconnect();
    this.#log.disconnect();
    this.#fault.disconnect();
  }

  /** Takes who is in the room. */
  meet() {
    this.#names.add(this.#call.peers.values());
    this.#files.update();
  }

  /** @param {boolean} open */
  show(open) {
    if (this.element.hidden === !open) return;
    this.element.hidden = !open;
    if (open && !this.searching) this.#focus();
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
    replaceChildren(this.#typists, ...typistParts([...this.#call.chat.typing.typists.values()]));
  }

  /** Begins a message that only one person reads. @param {Person} person */
  write({ id, name }) {
    this.#showSearch(false);
    this.#composer.address({ id, name });
  }

  /** The name of the one person who alone would get files; null: everyone. */
  get reader() {
    const { reader } = this.#composer;
    return reader && (this.#nameOf(reader.id) ?? reader.name);
  }

  /** Offers files to whom the message is for that is being written. @param {File[]} files */
  send(files) {
    this.#showSearch(false);
    const { you, peers, transfers } = this.#call;
    const { reader } = this.#composer;
    const ids = reader ? [reader.id] : [...peers.keys()].filter((id) => id !== you);
    if (reader && !peers.has(reader.id)) this.#files.tell(t('files.readerGone', { name: this.reader ?? '' }));
    else if (ids.length === 0) this.#files.tell(t('files.nobody'));
    else this.#files.refuse(transfers.offer(files, ids, { private: reader !== null }));
  }

  #makeLog() {
    const { chat, mayWrite } = this.#call;
    const discard = (/** @type {string} */ key) => {
      chat.discard(key);
      announce(t('chat.discarded'));
      this.#focus();
    };
    return new ChatLog({
      chat,
      mayWrite,
      parts: { retry: (key) => chat.retry(key), discard, nameOf: (id) => this.#nameOf(id) },
      go: (n) => this.#goTo(n),
    });
  }

  #makeActions() {
    const call = this.#call;
    return new LineActions({
      log: this.#log,
      transcript: call.chat.transcript,
      isHost: () => call.may('delete'),
      isHere: (id) => call.peers.has(id),
      mayWrite: call.mayWrite,
      acts: {
        reply: (message) => this.#composer.answer(message, this.#otherReader(message)),
        replyPrivately: (message) => this.#composer.answer(message, { id: message.from, name: message.name }),
        edit: (message) => this.#composer.change(message, this.#otherReader(message)),
        remove: ({ n }) => call.chat.remove(/** @type {number} */ (n)),
      },
    });
  }

  #makeComposer() {
    const { chat, room } = this.#call;
    return new Composer(preferences.draft(room.name), {
      say: (text, about) => this.#say(text, about),
      edit: (n, text) => chat.edit(n, text),
      typing: () => chat.typing.tell(),
      send: (files) => this.send(files),
      changeLast: () => this.#changeLast(),
      keep: (draft) => preferences.keepDraft(room.name, draft),
    });
  }

  /** @param {string} text @param {{to?: string, reply?: number}} about */
  async #say(text, about) {
    this.#call.chat.say(text, about);
    this.#log.markUnread(null);
    await this.#log.toNewest();
    if (this.#call.chat.transcript.newer) this.#fault.tellUnseen();
  }

  async #changeLast() {
    await this.#log.toNewest();
    const last = newestToChange(this.#call.chat.transcript.entries);
    if (last) this.#composer.change(last, this.#otherReader(last));
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { added } = /** @type {CustomEvent<import('../chat/transcript.js').TranscriptChange>} */ (event).detail;
    if (added.length > 0) this.#remember(added);
    if (!this.#call.chat.transcript.newer) this.#fault.seen();
  };

  /** @param {Event} event */
  #restated = (event) => {
    const { entry } = /** @type {CustomEvent<{entry: MessageEntry}>} */ (event).detail;
    this.#composer.restated(entry);
    this.#search.restated(entry);
  };

  /** What is kept of a message may be of long ago. @param {number} n */
  async #lookUp(n) {
    const message = await this.#call.chat.quoted(n).catch(() => null);
    if (message) this.#composer.restated(message);
  }

  #restarted = () => this.#composer.restarted();

  /** Takes the names of those who wrote and are not here. @param {readonly import('../chat/entry.js').Entry[]} entries */
  #remember(entries) {
    const people = entries.map((entry) => ({ id: entry.kind === 'message' ? entry.from : '', name: entry.name }));
    this.#names.add(people.filter(({ id }) => id && this.#names.get(id) === null));
  }

  /** Who besides oneself reads a private message. @param {MessageEntry} message @returns {Person | null} */
  #otherReader({ own, from, name, to }) {
    if (to === null) return null;
    return own ? { id: to, name: this.#nameOf(to) ?? '' } : { id: from, name };
  }

  /** The name of somebody who is here, or was. @param {string} id @returns {string | null} */
  #nameOf(id) {
    return this.#call.peers.get(id)?.name ?? this.#names.get(id);
  }

  /** @param {number} n */
  async #goTo(n) {
    this.#showSearch(false);
    try {
      if (!(await this.#log.goTo(n))) this.#fault.tell('no-such-message');
    } catch (error) {
      this.#fault.tell(error instanceof ProtocolError ? error.code : 'unknown');
    }
  }

  /** @param {boolean} searching */
  #showSearch(searching) {
    if (this.searching === searching) return;
    this.#talk.hidden = searching;
    this.#find.hidden = searching || !this.#call.mayLookBack;
    setText(this.#heading, t(searching ? 'search.title' : 'chat.title'));
    this.#search.show(searching);
    this.dispatchEvent(new Event('change'));
  }

  #back() {
    this.#showSearch(false);
    this.#focus();
  }

  /** Takes the keyboard to where one writes, unless that would cover what one came to read. */
  #focus() {
    this.#composer.fit();
    if (this.#coarse.matches || !this.#call.mayWrite) this.#log.log.focus({ preventScroll: true });
    else this.#composer.focus();
  }
}

/** Stands where others write. */
const readOnly = () => el('p', { class: 'chat-read-only' }, t('chat.readOnly'));
