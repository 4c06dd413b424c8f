import { ProtocolError } from './protocol.js';

/** @import { ClientMessage, ServerMessage } from './protocol.js' */
/**
 * @typedef {object} Waiting
 * @property {ClientMessage} message with its `id`
 * @property {() => boolean} renew
 * @property {(reply: ServerMessage) => void} resolve
 * @property {(error: ProtocolError) => void} reject
 */

/** The `id` of every join; those of other requests are greater. */
export const JOIN_ID = 1;

/** Requests that wait for their reply. */
export class Requests {
  #nextId = JOIN_ID + 1;
  /** By id, in the order they were made. @type {Map<number, Waiting>} */
  #waiting = new Map();

  /**
   * @param {ClientMessage} message
   * @param {() => boolean} renew
   * @returns {{message: ClientMessage, reply: Promise<ServerMessage>}} the message with an `id`
   */
  add(message, renew) {
    const id = this.#nextId++;
    const numbered = { ...message, id };
    const reply = new Promise((resolve, reject) => {
      this.#waiting.set(id, { message: numbered, renew, resolve, reject });
    });
    return { message: numbered, reply };
  }

  /** Those that wait now. @returns {Waiting[]} */
  get all() {
    return [...this.#waiting.values()];
  }

  /**
   * @param {ServerMessage} reply
   * @returns {boolean} whether a request waited for it
   */
  settle(reply) {
    const waiting = this.#waiting.get(reply.re ?? 0);
    if (!waiting) return false;
    if (reply.type === 'error') this.reject(waiting, reply.code, reply.message);
    else {
      this.#waiting.delete(reply.re ?? 0);
      waiting.resolve(reply);
    }
    return true;
  }

  /**
   * @param {Waiting} waiting
   * @param {string} code
   * @param {string} [message]
   */
  reject(waiting, code, message) {
    this.#waiting.delete(waiting.message.id ?? 0);
    waiting.reject(new ProtocolError(code, message));
  }
}
