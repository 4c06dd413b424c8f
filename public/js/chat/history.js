import { ProtocolError } from '../net/protocol.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { ChatMessage, HistoryRequest, SearchRequest, ServerMessage } from '../net/protocol.js' */
/**
 * What the server answered. A message that has changed while the answer was under way is in its newer state.
 * @typedef {object} Page
 * @property {ChatMessage[]} messages
 * @property {boolean} more
 * @property {number} seq the greatest change number of those the server sent; 0 without any
 * @property {ChatMessage[]} later what came while the answer was under way and stands after its last message, in order
 */

/** Time until what the server was too busy for is asked for again. */
export const PAUSE_MS = 1_200;
/** How often something that is not worth more is asked for. */
export const TRIES = 4;

const BUSY = new Set(['rate-limited', 'internal']);

/** Asks the server for messages of the past, beside those that come by themselves. */
export class History {
  #request;
  #clock;
  #life = 0;
  #run = 0;
  #underWay = 0;
  /** What has come while something is under way, by `n`. @type {Map<number, ChatMessage>} */
  #heard = new Map();

  /**
   * @param {object} options
   * @param {(message: HistoryRequest|SearchRequest) => Promise<ServerMessage>} options.request need not outlast
   *   `restart`
   * @param {Clock} [options.clock]
   */
  constructor({ request, clock = globalThis }) {
    this.#request = request;
    this.#clock = clock;
  }

  /** Gives up what is under way, as it is of another room, or of other numbers. */
  clear() {
    this.#life += 1;
    this.restart();
  }

  /** Asks anew for what is under way, as the answers to it were lost, or are of before an absence. */
  restart() {
    this.#run += 1;
    this.#heard.clear();
  }

  /** @param {ChatMessage} message that was just said, edited or deleted */
  heard(message) {
    if (this.#underWay > 0) this.#heard.set(message.n, this.#newest(message));
  }

  /**
   * @template T
   * @param {(HistoryRequest|SearchRequest)[]} requests
   * @param {(...pages: Page[]) => T} use takes the answers, to all at once
   * @param {() => boolean} [wanted] whether it still is
   * @returns {Promise<T>} rejects with {@link ProtocolError}
   */
  async ask(requests, use, wanted = () => true) {
    const life = this.#life;
    this.#underWay += 1;
    try {
      const replies = await this.#replies(requests, () => life === this.#life && wanted());
      return use(...replies.map((reply, i) => this.#page(requests[i], reply)));
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#heard.clear();
    }
  }

  /**
   * @param {(HistoryRequest|SearchRequest)[]} requests
   * @param {() => boolean} wanted
   * @returns {Promise<ServerMessage[]>}
   */
  async #replies(requests, wanted) {
    for (;;) {
      const run = this.#run;
      const replies = await Promise.all(requests.map((request) => this.#request(request))).catch((error) => {
        if (run === this.#run) throw error;
        return null;
      });
      if (!wanted()) throw new ProtocolError('closed');
      if (replies && run === this.#run) return replies;
    }
  }

  /**
   * Asks until the server is not too busy, or so many times.
   * @template T
   * @param {HistoryRequest} request
   * @param {(page: Page) => T} use
   * @param {{tries?: number, wanted?: () => boolean}} [options] `wanted`: as of `ask`
   * @returns {Promise<T>} rejects with {@link ProtocolError}
   */
  async insist(request, use, { tries = Infinity, wanted } = {}) {
    const life = this.#life;
    for (let left = tries - 1; ; left--) {
      try {
        return await this.ask([request], use, wanted);
      } catch (error) {
        if (left <= 0 || !(error instanceof ProtocolError && BUSY.has(error.code))) throw error;
        await new Promise((resolve) => this.#clock.setTimeout(() => resolve(null), PAUSE_MS));
        if (life !== this.#life) throw new ProtocolError('closed');
      }
    }
  }

  /**
   * @param {HistoryRequest|SearchRequest} request
   * @param {ServerMessage} reply
   * @returns {Page}
   */
  #page(request, reply) {
    if (reply.type !== 'chat-history' && reply.type !== 'chat-search') throw new ProtocolError('bad-message');
    const { messages, more } = reply;
    const last = messages.at(-1)?.n ?? (request.type === 'chat-history' ? request.after : undefined) ?? 0;
    return {
      more,
      messages: messages.map((message) => this.#newest(message)),
      seq: Math.max(0, ...messages.map(({ seq }) => seq)),
      later: [...this.#heard.values()].filter(({ n }) => n > last).sort((a, b) => a.n - b.n),
    };
  }

  /** @param {ChatMessage} message */
  #newest(message) {
    const heard = this.#heard.get(message.n);
    return heard && heard.seq > message.seq ? heard : message;
  }
}
