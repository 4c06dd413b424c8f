import { History, TRIES } from './history.js';
import { Outbox } from './outbox.js';
import { Quotes } from './quotes.js';
import { Returning } from './returning.js';
import { Transcript } from './transcript.js';
import { Typing } from './typing.js';

/**
 * @import {
 *   ChatMessage, ClientMessage, DeleteRequest, EditRequest, HistoryRequest, JoinedMessage, ServerMessage
 * } from '../net/protocol.js'
 */
/** @import { Line, MessageEntry, UnsentLine } from './entry.js' */
/** @import { Page } from './history.js' */

/** Messages asked for at once. */
const PAGE = 50;
/** Messages before, and after, one that is shown. */
const AROUND = 25;

/** @returns {string} 128 random bits in hex; `crypto.randomUUID` is missing on insecure pages */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The chat of one room: what was said, and saying something. Promises reject with a `ProtocolError`. */
export class Conversation {
  /** @type {Transcript} */
  transcript;
  /** @type {Typing} */
  typing;

  #request;
  #ownName;
  #outbox;
  #history;
  #quotes;
  #returning;
  /** The pages under way, by the place they are for. @type {Map<string, Promise<void>>} */
  #pages = new Map();
  /** Counts the wishes to see another part of the room. */
  #turn = 0;
  /** Counts how often the numbers of the messages became void. */
  #numbering = 0;

  /**
   * @param {object} options
   * @param {(message: ClientMessage, options: {renew: () => boolean}) => Promise<ServerMessage>} options.request
   *   rejects with a `ProtocolError`; `renew`: whether to send it again when no answer can come any more, asked after
   *   `enter`
   * @param {(message: ClientMessage) => void} options.send
   * @param {() => string} options.ownName under which one writes
   * @param {(id: string) => boolean} [options.isExpected] as of {@link Outbox}
   * @param {(id: string, name: string) => string} [options.nameOf] as of {@link Transcript}
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ request, send, ownName, isExpected, nameOf, clock }) {
    const transcript = new Transcript(nameOf);
    this.transcript = transcript;
    this.#request = request;
    this.#ownName = ownName;
    const once = (/** @type {ClientMessage} */ message) => request(message, { renew: () => false });
    const history = new History({ request: once, clock });
    this.#history = history;
    this.#quotes = new Quotes({ transcript, history });
    this.#returning = new Returning({ transcript, history });
    this.#outbox = new Outbox({
      clock, isExpected,
      request: ({ key, text, to, reply }) => once({
        type: 'chat', key, text, ...(to != null && { to }), ...(reply != null && { reply }),
      }),
      // A repeat of a line that was stored already is answered with that line.
      settle: (reply) => reply.type === 'chat' && transcript.stored(reply.message),
      fail: (key, code) => transcript.failed(key, code),
    });
    this.typing = new Typing({ send: () => send({ type: 'typing' }), clock });
  }

  /**
   * Takes what a join tells. Own lines on their way, and those that the end of a session left behind, go out again if
   * the peer id is the same; what is under way goes on.
   * @param {JoinedMessage} joined
   * @param {boolean} again whether this is the room of before
   */
  enter(joined, again) {
    const { transcript } = this;
    if (transcript.you !== joined.you) this.#outbox.clear();
    if (!again) transcript.clear();
    transcript.you = joined.you;
    this.#quotes.clear();
    if (again && this.#returning.isSame(joined)) this.#history.restart();
    else this.#renumbered();
    this.#returning.enter(joined, again);
    this.#outbox.restart();
    this.#sendAgain();
  }

  /** Gives up the lines on their way and forgets who is typing, as the session is over. */
  disconnect() {
    this.#outbox.clear();
    this.typing.clear();
  }

  /** @param {ChatMessage} message somebody's, or an own one on its way */
  stored(message) {
    this.typing.forget(message.from);
    this.#heard(message);
    this.transcript.stored(message);
  }

  /** @param {ChatMessage} message edited or deleted */
  changed(message) {
    this.#heard(message);
    this.transcript.changed(message);
  }

  /**
   * Says something: to all, or privately to the peer `to`; as an answer to the message `reply`. The transcript shows
   * what becomes of it, and goes back to the newest messages for that.
   * @param {string} text
   * @param {{to?: string|null, reply?: number|null}} [options]
   * @returns {Promise<void>} when the server has it or the line has failed; never rejects
   */
  async say(text, options) {
    if (!text.trim()) return;
    await this.#send(this.transcript.pending({ key: randomKey(), text, name: this.#ownName(), ...options }));
  }

  /**
   * Sends a failed line again. It cannot appear twice.
   * @param {string} key
   * @returns {Promise<void>} as of `say`
   */
  async retry(key) {
    const entry = this.transcript.retrying(key);
    if (entry) await this.#send(entry);
  }

  /** Forgets a failed line. @param {string} key */
  discard(key) {
    this.transcript.discard(key);
  }

  /**
   * Adds lines that an earlier page could not send in this room. Those of the present peer id that were not given up go
   * out, others have failed.
   * @param {UnsentLine[]} lines
   */
  restore(lines) {
    this.transcript.restore(lines, this.#ownName());
    this.#sendAgain();
  }

  /**
   * @param {number} n
   * @param {string} text
   */
  async edit(n, text) {
    await this.#alter({ type: 'chat-edit', n, text });
  }

  /** @param {number} n */
  async remove(n) {
    await this.#alter({ type: 'chat-delete', n });
  }

  /** Adds older messages to the transcript, if there are any. @returns {Promise<void>} */
  older() {
    const { more, newer, first } = this.transcript;
    if (!more) return Promise.resolve();
    if (newer && first === null) return this.latest();
    return this.#page('older', first === null ? {} : { before: first }, (page) => {
      if (this.transcript.first === first) this.transcript.prepend(page.messages, page.more);
    });
  }

  /** Adds newer messages to a detached transcript. @returns {Promise<void>} */
  newer() {
    const { newer, last } = this.transcript;
    if (!newer) return Promise.resolve();
    if (last === null) return this.latest();
    return this.#page('newer', { after: last }, ({ messages, more, later }) => {
      if (!this.transcript.newer || this.transcript.last !== last) return;
      this.transcript.append(more ? messages : [...messages, ...later], more);
    });
  }

  /** Takes a detached transcript back to the present, trying a few times. @returns {Promise<void>} */
  latest() {
    this.#turn += 1;
    if (!this.transcript.newer) return Promise.resolve();
    return this.#page('latest', {}, ({ messages, more, later }) => {
      this.transcript.view([...messages, ...later], more, false);
    }, TRIES);
  }

  /**
   * Has the transcript hold a message, with some before and after it, unless another part of it is asked for meanwhile.
   * @param {number} n
   * @returns {Promise<MessageEntry|null>} null when there is none, or not for this reader
   */
  async show(n) {
    const { transcript } = this;
    const turn = ++this.#turn;
    const around = [{ before: n + 1 }, { after: n }].map((place) => (
      { type: /** @type {const} */ ('chat-history'), ...place, limit: AROUND }
    ));
    return transcript.at(n) ?? this.#history.ask(around, (upTo, after) => {
      const message = upTo.messages.at(-1);
      if (message?.n !== n) return null;
      if (turn === this.#turn && !transcript.at(n)) {
        const newer = after.more ? after.messages : [...after.messages, ...after.later];
        transcript.view([...upTo.messages, ...newer], upTo.more, after.more);
      }
      return transcript.at(n) ?? transcript.read(message);
    });
  }

  /**
   * The message a reply answers.
   * @param {number} n
   * @returns {Promise<MessageEntry|null>} null when there is none, or not for this reader
   */
  quoted(n) {
    return this.#quotes.get(n);
  }

  /**
   * @param {string} query
   * @param {{before?: number, limit?: number}} [options]
   * @returns {Promise<{entries: MessageEntry[], more: boolean}>} oldest first; not in the transcript
   */
  search(query, { before, limit = PAGE } = {}) {
    return this.#history.ask([{ type: 'chat-search', query, ...(before !== undefined && { before }), limit }],
      ({ messages, more }) => ({ entries: messages.map((message) => this.transcript.read(message)), more }));
  }

  /** @param {EditRequest|DeleteRequest} request that means another message once the numbers are others */
  #alter(request) {
    const numbering = this.#numbering;
    return this.#request(request, { renew: () => numbering === this.#numbering });
  }

  #renumbered() {
    this.#numbering += 1;
    this.#history.clear();
  }

  /** @param {ChatMessage} message */
  #heard(message) {
    this.#history.heard(message);
    this.#quotes.forget(message.n);
  }

  /** @param {Line} line pending in the transcript */
  #send(line) {
    this.latest().catch(() => {});
    return this.#outbox.add(line);
  }

  #sendAgain() {
    const { unsent, you } = this.transcript;
    for (const { key, from, problem } of unsent) if (problem === 'closed' && from === you) this.retry(key);
  }

  /**
   * @param {string} what asked for once at a time
   * @param {Partial<HistoryRequest>} place
   * @param {(page: Page) => void} use
   * @param {number} [tries]
   * @returns {Promise<void>}
   */
  #page(what, place, use, tries = 1) {
    const underWay = this.#pages.get(what);
    if (underWay) return underWay;
    const page = this.#history.insist({ type: 'chat-history', ...place, limit: PAGE }, use, { tries })
      .finally(() => this.#pages.delete(what));
    this.#pages.set(what, page);
    return page;
  }
}
