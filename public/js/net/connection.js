import {
  CLOSE_LEFT, CLOSE_SILENT, ProtocolError, SUBPROTOCOL, isFinalClose, parseServerMessage,
} from './protocol.js';

/** @import { ClientMessage, ServerMessage } from './protocol.js' */
/** @typedef {{setTimeout: (f: () => void, ms: number) => any, clearTimeout: (timer: any) => void}} Clock */
/** @typedef {{code: number, reason: string, final: boolean}} CloseDetail `final`: do not reconnect. */

/** Time between two pings. */
export const PING_INTERVAL_MS = 15_000;
/** How long the other side may take to open, or to answer a ping, before the socket is given up. */
export const PATIENCE_MS = 10_000;

const UNCOUNTED = new Set(['ping', 'pong', 'join', 'joined']);

/**
 * One WebSocket to the server, from `connect()` to its one `close` event; not used again after that.
 *
 * Events: `open`; `message` (detail: a {@link ServerMessage} that is neither a reply nor a heartbeat); `close`
 * (detail: {@link CloseDetail}), exactly once.
 */
export class Connection extends EventTarget {
  /** Frames received that count for resuming (docs/protocol.md, "Nothing lost across a reconnect"). */
  got = 0;

  #url;
  #WebSocket;
  #clock;
  /** @type {WebSocket|null} */
  #socket = null;
  #ended = false;
  #nextId = 1;
  /** @type {Map<number, {resolve: (reply: ServerMessage) => void, reject: (error: ProtocolError) => void}>} */
  #requests = new Map();
  /** @type {any} */
  #pingTimer;
  /** @type {any} */
  #patienceTimer;

  /**
   * @param {object} options
   * @param {string} options.url ws: or wss:
   * @param {typeof globalThis.WebSocket} [options.WebSocket]
   * @param {Clock} [options.clock]
   */
  constructor({ url, WebSocket = globalThis.WebSocket, clock = globalThis }) {
    super();
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
  }

  /** Opens the socket. Call once. */
  connect() {
    const socket = new this.#WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#end(code, reason);
    this.#patienceTimer = this.#clock.setTimeout(() => this.#giveUp(), PATIENCE_MS);
  }

  /** Leaves the room and closes the socket; the `close` event with code 1000 comes before this returns. */
  close() {
    this.send({ type: 'leave' });
    this.#end(CLOSE_LEFT, 'left');
  }

  /**
   * Sends a message that needs no reply.
   * @param {ClientMessage} message
   * @returns {boolean} false when there is no open socket; the message is dropped then
   */
  send(message) {
    if (this.#ended || this.#socket?.readyState !== this.#WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /**
   * Sends a message with an `id` of its own and waits for the reply to it.
   * @param {ClientMessage} message
   * @returns {Promise<ServerMessage>} rejects with {@link ProtocolError}: the wire's code, or `closed`
   */
  request(message) {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#requests.set(id, { resolve, reject });
      if (!this.send({ ...message, id })) {
        this.#requests.delete(id);
        reject(new ProtocolError('closed'));
      }
    });
  }

  #opened() {
    this.#clock.clearTimeout(this.#patienceTimer);
    this.#schedulePing();
    this.dispatchEvent(new Event('open'));
  }

  #schedulePing() {
    this.#pingTimer = this.#clock.setTimeout(() => {
      this.send({ type: 'ping', got: this.got });
      this.#patienceTimer = this.#clock.setTimeout(() => this.#giveUp(), PATIENCE_MS);
    }, PING_INTERVAL_MS);
  }

  #giveUp() {
    this.#end(CLOSE_SILENT, 'silent too long');
  }

  /** @param {unknown} data */
  #received(data) {
    const message = parseServerMessage(data);
    if (!message || !UNCOUNTED.has(message.type)) this.got++;
    if (!message) return;
    switch (message.type) {
      case 'ping':
        this.send({ type: 'pong', got: this.got });
        return;
      case 'pong':
        this.#clock.clearTimeout(this.#patienceTimer);
        this.#clock.clearTimeout(this.#pingTimer);
        this.#schedulePing();
        return;
      case 'joined':
        if (!message.resumed) this.got = 0;
    }
    if (!this.#reply(message)) this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  /**
   * @param {ServerMessage} message
   * @returns {boolean} whether a request waited for it
   */
  #reply(message) {
    // `waiting` only announces the reply to a `join`: `joined` or a close follows.
    if (message.re === undefined || message.type === 'waiting') return false;
    const request = this.#requests.get(message.re);
    if (!request) return false;
    this.#requests.delete(message.re);
    if (message.type === 'error') request.reject(new ProtocolError(message.code, message.message));
    else request.resolve(message);
    return true;
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #end(code, reason) {
    if (this.#ended) return;
    this.#ended = true;
    this.#clock.clearTimeout(this.#pingTimer);
    this.#clock.clearTimeout(this.#patienceTimer);
    const socket = this.#socket;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code === CLOSE_LEFT || code === CLOSE_SILENT ? code : undefined);
    }
    for (const { reject } of this.#requests.values()) reject(new ProtocolError('closed'));
    this.#requests.clear();
    this.dispatchEvent(new CustomEvent('close', { detail: { code, reason, final: isFinalClose(code) } }));
  }
}
