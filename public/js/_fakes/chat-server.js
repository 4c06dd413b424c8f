import { ProtocolError } from '../net/protocol.js';
import { chatMessage } from './room.js';

/** @typedef {import('../chat/conversation.js').Conversation} Conversation */
/** @typedef {import('../net/protocol.js').ChatMessage} ChatMessage */
/**
 * @typedef {object} Waiting
 * @property {any} message
 * @property {() => boolean} renew
 * @property {(reply: any) => void} resolve
 * @property {(error: ProtocolError) => void} reject
 */

/**
 * The chat of one room as the server keeps it, for one client whose frames travel when the test says so: to the server
 * by `hear`, from it by `deliver`, in order.
 */
export class FakeChatServer {
  /** @type {ChatMessage[]} */
  messages = [];
  seq = 0;
  /** The peer id of the client. */
  you = 'm';
  /** Refuses the next requests with this code. @type {string|null} */
  refusal = null;
  /** Types of what the client asked for. @type {string[]} */
  asked = [];

  /** @type {Waiting[]} */
  #inbound = [];
  /** @type {((conversation: Conversation) => void)[]} */
  #outbound = [];
  /** @type {Set<Waiting>} */
  #waiting = new Set();

  /** @param {any} message @param {{renew: () => boolean}} options @returns {Promise<any>} */
  request = (message, { renew }) => new Promise((resolve, reject) => {
    this.asked.push(message.type);
    const waiting = { message, renew, resolve, reject };
    this.#waiting.add(waiting);
    this.#inbound.push(waiting);
  });

  get busy() {
    return this.#inbound.length + this.#outbound.length > 0;
  }

  /** What the client may see. */
  get visible() {
    return this.messages.filter(({ from, to }) => to === undefined || to === this.you || from === this.you);
  }

  /** @param {Partial<ChatMessage>} [fields] */
  say(fields) {
    this.seq += 1;
    const message = chatMessage(this.messages.length + 1, { seq: this.seq, ...fields });
    this.messages.push(message);
    this.#tell('stored', message);
  }

  /** @param {number} n @param {Partial<ChatMessage>} fields */
  change(n, fields) {
    this.seq += 1;
    const message = { ...this.messages[n - 1], ...fields, seq: this.seq };
    this.messages[n - 1] = message;
    this.#tell('changed', message);
  }

  /** A snapshot for a newcomer; what is on its way to the client of before is lost. @returns {any} */
  join() {
    return { you: this.you, ...this.#page(this.visible, {}), seq: this.seq };
  }

  /** The server handles so many requests. */
  hear(count = Infinity) {
    for (; count > 0 && this.#inbound.length > 0; count--) {
      const waiting = /** @type {Waiting} */ (this.#inbound.shift());
      const { refusal } = this;
      const reply = refusal ? null : this.#answer(waiting.message);
      this.#outbound.push(() => {
        this.#waiting.delete(waiting);
        if (reply) waiting.resolve(reply);
        else waiting.reject(new ProtocolError(refusal ?? 'internal'));
      });
    }
  }

  /** The client gets so many frames at once. @param {Conversation} conversation */
  deliver(conversation, count = Infinity) {
    for (; count > 0 && this.#outbound.length > 0; count--) this.#outbound.shift()?.(conversation);
  }

  /** The session is over. */
  break() {
    this.#lose();
    for (const { reject } of this.#waiting) reject(new ProtocolError('closed'));
    this.#waiting.clear();
  }

  /**
   * The session could not be continued: the client gets a snapshot, and says again what it asked.
   * @param {Conversation} conversation
   */
  snapshot(conversation) {
    this.#lose();
    const before = [...this.#waiting];
    conversation.enter(this.join(), true);
    const [renewed, stale] = [true, false].map((renews) => before.filter(({ renew }) => renew() === renews));
    this.#inbound.unshift(...renewed);
    for (const waiting of stale) {
      this.#waiting.delete(waiting);
      waiting.reject(new ProtocolError('closed'));
    }
  }

  /** What is under way comes to nothing. */
  #lose() {
    this.#inbound = [];
    this.#outbound = [];
  }

  /** @param {'stored'|'changed'} what @param {ChatMessage} message */
  #tell(what, message) {
    if (this.visible.includes(message)) this.#outbound.push((conversation) => conversation[what]({ ...message }));
  }

  /** @param {any} message */
  #answer({ type, key, text, to, reply, ...place }) {
    if (type === 'chat-edit') {
      this.change(place.n, { text });
      return { type: 'ok' };
    }
    if (type === 'chat-history') return { type, ...this.#page(this.visible, place) };
    const stands = this.messages.find((each) => each.from === this.you && each.key === key);
    if (stands) return { type: 'chat', message: stands };
    this.say({ key, text, from: this.you, ...(to && { to }), ...(reply && { reply }) });
    return { type: 'ok' };
  }

  /** @param {ChatMessage[]} all @param {any} place */
  #page(all, { before = Infinity, after, since, limit = 50 }) {
    if (after === undefined && since === undefined) {
      const older = all.filter(({ n }) => n < before);
      return { messages: older.slice(-limit), more: older.length > limit };
    }
    const newer = all.filter(({ n, seq }) => (since === undefined ? n > after : seq > since));
    if (since !== undefined) newer.sort((a, b) => a.seq - b.seq);
    return { messages: newer.slice(0, limit), more: newer.length > limit };
  }
}
