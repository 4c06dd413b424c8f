import { CLOSE_SILENT, SUBPROTOCOL, parseServerMessage } from './protocol.js';

/** @import { ClientMessage, ServerMessage } from './protocol.js' */
/** @typedef {{setTimeout: (f: () => void, ms: number) => any, clearTimeout: (timer: any) => void}} Clock */
/** @typedef {{code: number, reason: string}} CloseDetail */
/** @typedef {{message: ServerMessage|null, size: number}} FrameDetail `message`: null when it could not be read */

/** Time between a pong and the next ping. */
export const PING_INTERVAL_MS = 15_000;
/** How long the other side may take to answer a ping before the socket is given up. */
export const PATIENCE_MS = 10_000;
/** How long a socket that is to prove itself may be silent. */
export const PROOF_MS = 3_000;
/** A timer that is so late was held up: the machine slept, or the page was frozen. */
export const LATE_MS = 5_000;

/**
 * One WebSocket to the server, from `connect()` to its one `close` event; not used again after that. It answers pings,
 * sends its own, and gives the socket up (4002) when they are not answered.
 *
 * Events: `open`; `frame` (detail {@link FrameDetail}), every one that comes; `close` (detail {@link CloseDetail}),
 * exactly once, after which no frame comes.
 */
export class Connection extends EventTarget {
  #url;
  #got;
  #WebSocket;
  #clock;
  #now;
  /** @type {WebSocket|null} */
  #socket = null;
  #ended = false;
  /** Whether a ping was not answered yet. */
  #awaiting = false;
  /** @type {any} */
  #pingTimer;
  /** @type {any} */
  #patienceTimer;
  /** Runs while the socket is to prove itself. @type {any} */
  #proofTimer = null;

  /**
   * @param {object} options
   * @param {string} options.url ws: or wss:
   * @param {() => number} options.got frames of the session that came so far
   * @param {typeof globalThis.WebSocket} [options.WebSocket]
   * @param {Clock} [options.clock]
   * @param {() => number} [options.now] milliseconds, while the machine sleeps, too
   */
  constructor({ url, got, WebSocket = globalThis.WebSocket, clock = globalThis, now = Date.now }) {
    super();
    this.#url = url;
    this.#got = got;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#now = now;
  }

  /** Opens the socket. Call once. */
  connect() {
    const socket = new this.#WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => {
      this.#schedulePing();
      this.dispatchEvent(new Event('open'));
    };
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#end(code, reason);
  }

  /**
   * @param {ClientMessage} message
   * @returns {number} characters written; 0 when there is no open socket, and the message is dropped
   */
  send(message) {
    if (this.#ended || this.#socket?.readyState !== this.#WebSocket.OPEN) return 0;
    const text = JSON.stringify(message);
    this.#socket.send(text);
    return text.length;
  }

  /** Pings out of turn, unless a ping is on its way. @returns {boolean} whether it did */
  ping() {
    if (this.#awaiting || !this.send({ type: 'ping', got: this.#got() })) return false;
    this.#awaiting = true;
    this.#clock.clearTimeout(this.#pingTimer);
    this.#patienceTimer = this.#clock.setTimeout(() => this.giveUp(), PATIENCE_MS);
    return true;
  }

  /** Pings, and gives the socket up unless something comes soon. */
  prove() {
    if (this.#proofTimer !== null) return;
    if (!this.ping() && !this.send({ type: 'ping', got: this.#got() })) return;
    this.#proofTimer = this.#clock.setTimeout(() => this.giveUp(), PROOF_MS);
  }

  /** Closes the socket as one that is of no use, though the session may go on. */
  giveUp() {
    this.close(CLOSE_SILENT, 'silent too long');
  }

  /**
   * Closes the socket; the `close` event comes before this returns.
   * @param {number} code 1000, or from 3000 to 4999
   * @param {string} reason
   */
  close(code, reason) {
    this.#end(code, reason, code);
  }

  #schedulePing() {
    const due = this.#now() + PING_INTERVAL_MS;
    this.#pingTimer = this.#clock.setTimeout(() => {
      if (this.#now() - due > LATE_MS) this.prove();
      else this.ping();
    }, PING_INTERVAL_MS);
  }

  /** @param {unknown} data */
  #received(data) {
    this.#clock.clearTimeout(this.#proofTimer);
    this.#proofTimer = null;
    const message = parseServerMessage(data);
    const size = typeof data === 'string' ? data.length : 0;
    if (message?.type === 'pong') this.#answered();
    this.dispatchEvent(new CustomEvent('frame', { detail: { message, size } }));
    if (message?.type === 'ping') this.send({ type: 'pong', got: this.#got() });
  }

  #answered() {
    this.#awaiting = false;
    this.#clock.clearTimeout(this.#patienceTimer);
    this.#clock.clearTimeout(this.#pingTimer);
    this.#schedulePing();
  }

  /**
   * @param {number} code
   * @param {string} reason
   * @param {number} [own] the code to close the socket with, if that is still to be done
   */
  #end(code, reason, own) {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of [this.#pingTimer, this.#patienceTimer, this.#proofTimer]) this.#clock.clearTimeout(timer);
    const socket = this.#socket;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (own !== undefined) socket.close(own);
    }
    this.dispatchEvent(new CustomEvent('close', { detail: { code, reason } }));
  }
}
