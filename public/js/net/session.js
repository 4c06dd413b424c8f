import { Attempts } from './attempts.js';
import { Ledger } from './ledger.js';
import { CLOSE_LEFT, CLOSE_REFUSED, ProtocolError, isFinalClose } from './protocol.js';
import { JOIN_ID, Requests } from './requests.js';
import { restartDelay } from './retry.js';

/** @import { ClientMessage, JoinedMessage, JoinRequest, ResumedMessage, ServerMessage } from './protocol.js' */
/** @import { Clock, CloseDetail, Connection, FrameDetail } from './connection.js' */
/** @import { FailedDetail } from './entrance.js' */
/** @typedef {Omit<JoinRequest, 'type'|'id'|'session'|'got'|'attempt'>} JoinFields */

/** How long opening a socket may take, and the answer to its join, the first time and on coming back. */
export const ENTER_PATIENCE_MS = 10_000;
export const RETURN_PATIENCE_MS = 5_000;
/** Frames, each with one more for every KiB, after which both sides tell what they have got. */
export const PING_TRAFFIC = 128;

const UNCOUNTED = new Set(['ping', 'pong', 'join', 'joined']);
/** Refusals of a coming back that are not for ever. */
const PASSING = new Set(['rate-limited', 'internal', 'restarting', 'server-full']);

/** @typedef {CloseDetail & {error?: string}} EndDetail `error`: the code of the server's refusal */

/**
 * One membership of one room across as many sockets as it takes (docs/protocol.md, "Nothing lost across a reconnect").
 *
 * Events: `state`, also when `waiting` changes; `token`; `message` (detail: a {@link ServerMessage} that is neither a reply nor the session's own
 * business); `joined` (detail: {@link JoinedMessage}), a later join whose session was not continued: what was sent and
 * is no request may be lost, and what is sent while the event is dispatched goes out after the requests of before;
 * `resumed`, the session was continued; `torn`, it was, but what was sent and is no request may be lost; `close`
 * (detail: {@link EndDetail}), for good.
 */
export class Session extends EventTarget {
  /** `away`: the socket is lost, and the session is coming back. @type {'idle'|'joining'|'in'|'away'|'closed'} */
  state = 'idle';
  /** Whether somebody inside has to let one in, `joining` or `away`. A lost socket knocks again by itself. */
  waiting = false;
  /** The newest session token; empty before there is one. */
  token = '';

  #signs;
  #random;
  #attempts;
  #ledger = new Ledger();
  #requests = new Requests();
  /** @type {() => JoinFields} */
  #hello = () => ({ room: '' });
  /** The first join. @type {{resolve: (joined: JoinedMessage) => void, reject: (error: ProtocolError) => void}|null} */
  #first = null;
  /** @type {Connection|null} */
  #connection = null;
  /** Whether nothing may be written yet. */
  #held = false;
  #traffic = 0;
  /** Counts the joins that go on with a session: one that was given up may still be on its way. */
  #attempt = 0;
  /** How long the server wants to be left alone once the socket is lost. @type {number|undefined} */
  #restart = undefined;

  /**
   * @param {object} options
   * @param {string} options.url of the WebSocket
   * @param {typeof globalThis.WebSocket} [options.WebSocket]
   * @param {Clock} [options.clock]
   * @param {EventTarget} [options.signs] events `network` and `wake`, see Signs
   * @param {() => number} [options.random] from 0 to 1
   * @param {() => number} [options.now] milliseconds, while the machine sleeps, too
   */
  constructor({ url, WebSocket, clock = globalThis, signs = new EventTarget(), random = Math.random, now }) {
    super();
    this.#signs = signs;
    this.#random = random;
    this.#attempts = new Attempts({
      connection: { url, WebSocket, clock, now, got: () => this.#ledger.got }, join: () => this.#join(), clock, random,
    });
    this.#attempts.addEventListener('waiting', () => this.#setWaiting());
    this.#attempts.addEventListener('joined', (event) => this.#entered(detailOf(event)));
    this.#attempts.addEventListener('failed', (event) => this.#refused(detailOf(event)));
  }

  /**
   * Enters the room. Call once.
   * @param {() => JoinFields} hello what a join is to say; asked again for each
   * @param {string} [token] of an earlier membership, which is done without if the server refuses it
   * @returns {Promise<JoinedMessage>} rejects with {@link ProtocolError}, and the session is closed
   */
  join(hello, token = '') {
    this.#hello = hello;
    this.token = token;
    this.#signs.addEventListener('network', this.#networkChanged);
    this.#signs.addEventListener('wake', this.#woke);
    this.#setState('joining');
    return new Promise((resolve, reject) => {
      this.#first = { resolve, reject };
      this.#attempts.make(ENTER_PATIENCE_MS);
    });
  }

  /**
   * Sends a message that needs no reply, now or as soon as the session is back. It arrives once, in the order of what
   * is sent, unless a snapshot comes between.
   * @param {ClientMessage} message
   */
  send(message) {
    if (!this.#isOpen) return;
    this.#ledger.add(message);
    this.#flush();
  }

  /** Sends a message now or never. @param {ClientMessage} message */
  sendNow(message) {
    if (this.state !== 'in') return;
    this.#ledger.add(message, false);
    this.#flush();
  }

  /**
   * Sends a message with an `id` and waits for the reply, whatever becomes of the socket.
   * @param {ClientMessage} message
   * @param {{renew?: () => boolean}} [options] `renew`: asked when a snapshot comes between, after its `joined` event;
   *   false: the request is given up (`closed`) rather than sent again
   * @returns {Promise<ServerMessage>} rejects with {@link ProtocolError}: the wire's code, or `closed`
   */
  request(message, { renew = () => true } = {}) {
    if (!this.#isOpen) return Promise.reject(new ProtocolError('closed'));
    const request = this.#requests.add(message, renew);
    const { id: re } = request.message;
    if (this.#ledger.add(request.message)) this.#flush();
    else this.#requests.settle({ type: 'error', re, code: 'rate-limited', message: 'too much waits' });
    return request.reply;
  }

  /** Leaves the room; the `close` event with code 1000 comes before this returns. */
  leave() {
    if (this.state === 'idle') return;
    this.#connection?.send({ type: 'leave' });
    this.#end(CLOSE_LEFT, 'left');
  }

  /** Finds out soon whether the socket still works. */
  prove() {
    this.#connection?.prove();
  }

  get #isOpen() {
    return this.state === 'in' || this.state === 'away';
  }

  /** @returns {JoinRequest} */
  #join() {
    const { token, state } = this;
    return {
      type: 'join', id: JOIN_ID, ...this.#hello(), ...(token && { session: token }),
      ...(token && state === 'away' && { got: this.#ledger.got, attempt: ++this.#attempt }),
    };
  }

  /** @param {{connection: Connection, joined: JoinedMessage|ResumedMessage}} detail */
  #entered({ connection, joined }) {
    this.#connection = connection;
    connection.addEventListener('frame', (event) => this.#received(detailOf(event)));
    connection.addEventListener('close', (event) => this.#lost(detailOf(event)));
    this.#traffic = 0;
    this.#setToken(joined.session);
    this.state = 'in';
    this.waiting = false;
    if (joined.resumed) this.#resume(joined.got);
    else this.#restartFrom(joined);
    this.dispatchEvent(new Event('state'));
  }

  /** @param {number} got */
  #resume(got) {
    const whole = this.#ledger.resume(got);
    this.#flush();
    this.dispatchEvent(new Event('resumed'));
    if (!whole) this.dispatchEvent(new Event('torn'));
  }

  /** @param {JoinedMessage} joined */
  #restartFrom(joined) {
    this.#ledger.restart();
    const { all } = this.#requests;
    if (this.#first) {
      this.#first.resolve(joined);
      this.#first = null;
      return;
    }
    this.#held = true;
    this.dispatchEvent(new CustomEvent('joined', { detail: joined }));
    const stale = all.filter(({ renew }) => !renew());
    for (const waiting of stale) this.#requests.reject(waiting, 'closed');
    this.#ledger.precede(all.filter((waiting) => !stale.includes(waiting)).map(({ message }) => message));
    this.#held = false;
    this.#flush();
  }

  #flush() {
    if (this.state !== 'in' || this.#held) return;
    for (const message of this.#ledger.take()) this.#counted(this.#connection?.send(message) ?? 0);
  }

  /** @param {FrameDetail} detail */
  #received({ message, size }) {
    if (!message || !UNCOUNTED.has(message.type)) {
      this.#ledger.got += 1;
      this.#counted(size);
    }
    if (message) this.#take(message);
  }

  /** @param {ServerMessage} message */
  #take(message) {
    switch (message.type) {
      case 'joined':
        return;
      case 'ping':
      case 'pong':
        return this.#ledger.acknowledge(message.got);
      case 'session':
        return this.#setToken(message.session);
      case 'restarting':
        this.#restart = restartDelay(message.after, this.#random);
        return;
      default:
        if (!this.#requests.settle(message)) this.dispatchEvent(new CustomEvent('message', { detail: message }));
    }
  }

  /** Has both sides forget what the other has, when that has become much. @param {number} size of a counted frame */
  #counted(size) {
    this.#traffic += 1 + size / 1024;
    if (this.#traffic >= PING_TRAFFIC && this.#connection?.ping()) this.#traffic = 0;
  }

  /** @param {CloseDetail} close */
  #lost({ code, reason }) {
    if (this.state !== 'in') return;
    if (isFinalClose(code)) return this.#end(code, reason);
    this.#connection = null;
    this.state = 'away';
    this.#attempts.plan(RETURN_PATIENCE_MS, this.#restart);
    this.#restart = undefined;
    this.dispatchEvent(new Event('state'));
  }

  /** @param {FailedDetail} failed */
  #refused({ code, reason, error }) {
    if (error?.code === 'bad-token' && this.token) {
      this.token = '';
      this.#attempts.make(RETURN_PATIENCE_MS);
    } else if (this.#first && !this.waiting) {
      this.#end(code, reason, error ?? undefined);
    } else if (error ? PASSING.has(error.code) : !isFinalClose(code)) {
      this.#attempts.plan(RETURN_PATIENCE_MS);
    } else {
      this.#end(error ? CLOSE_REFUSED : code, reason, error ?? new ProtocolError('rejected'));
    }
  }

  #setWaiting() {
    if (this.waiting) return;
    this.waiting = true;
    this.dispatchEvent(new Event('state'));
  }

  /** Whether the next attempt to come in is planned, and nobody needs to wait for it. */
  get #isBetween() {
    return (this.state === 'away' || this.waiting) && !this.#attempts.busy;
  }

  #networkChanged = () => {
    this.prove();
    if (this.#isBetween || (this.state === 'away' && !this.waiting)) this.#attempts.hurry(RETURN_PATIENCE_MS);
  };

  #woke = () => {
    this.prove();
    if (this.#isBetween) this.#attempts.hurry(RETURN_PATIENCE_MS);
  };

  /**
   * @param {number} code
   * @param {string} reason
   * @param {ProtocolError} [error] why the first join failed
   */
  #end(code, reason, error = new ProtocolError('closed')) {
    if (this.state === 'closed') return;
    const first = this.#first;
    this.#first = null;
    this.state = 'closed';
    this.waiting = false;
    this.#signs.removeEventListener('network', this.#networkChanged);
    this.#signs.removeEventListener('wake', this.#woke);
    this.#attempts.stop({ leaves: code === CLOSE_LEFT });
    this.#connection?.close(CLOSE_LEFT, reason);
    this.#connection = null;
    for (const waiting of this.#requests.all) this.#requests.reject(waiting, 'closed');
    this.#ledger.restart();
    first?.reject(error);
    this.dispatchEvent(new Event('state'));
    if (!first) this.dispatchEvent(new CustomEvent('close', { detail: { code, reason, ...(code === CLOSE_REFUSED && { error: error.code }) } }));
  }

  /** @param {string} token */
  #setToken(token) {
    if (token === this.token) return;
    this.token = token;
    this.dispatchEvent(new Event('token'));
  }

  /** @param {'joining'} state */
  #setState(state) {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }
}

/** @param {Event} event @returns {any} */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
