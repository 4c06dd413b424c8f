import { Connection } from './connection.js';
import { CLOSE_LEFT, ProtocolError } from './protocol.js';

/** @import { Clock, CloseDetail, FrameDetail } from './connection.js' */
/** @import { JoinRequest } from './protocol.js' */
/** @typedef {CloseDetail & {error: ProtocolError|null}} FailedDetail `error`: what the server refused the join with */

/**
 * One attempt to get in: opens a connection and joins over it.
 *
 * Events, one of them and once: `joined` (detail: the server's answer), the connection is the caller's then; `failed`
 * (detail {@link FailedDetail}). Before, maybe, `waiting`: somebody has to let one in, which takes as long as it takes.
 */
export class Entrance extends EventTarget {
  /** @type {Connection} */
  connection;

  #clock;
  #patience;
  #join;
  /** @type {any} */
  #timer;

  /**
   * @param {object} options
   * @param {Connection} options.connection not connected yet
   * @param {() => JoinRequest} options.join what to say once the socket is open
   * @param {number} options.patience how long opening, and then the answer, may take, in milliseconds
   * @param {Clock} [options.clock]
   */
  constructor({ connection, join, patience, clock = globalThis }) {
    super();
    this.connection = connection;
    this.#join = join;
    this.#patience = patience;
    this.#clock = clock;
  }

  connect() {
    this.connection.addEventListener('open', this.#opened);
    this.connection.addEventListener('frame', this.#answered);
    this.connection.addEventListener('close', this.#closed);
    this.#wait();
    this.connection.connect();
  }

  /**
   * Gives the attempt up; no event comes.
   * @param {{leaves?: boolean}} [options] `leaves`: for good, so that the server need not wait for another
   */
  abandon({ leaves = false } = {}) {
    this.#done();
    if (!leaves) return this.connection.giveUp();
    this.connection.send({ type: 'leave' });
    this.connection.close(CLOSE_LEFT, 'left');
  }

  #wait() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.connection.giveUp(), this.#patience);
  }

  #opened = () => {
    this.#wait();
    this.connection.send(this.#join());
  };

  /** @param {Event} event */
  #answered = (event) => {
    const { message } = /** @type {CustomEvent<FrameDetail>} */ (event).detail;
    if (message?.type === 'waiting') {
      this.#clock.clearTimeout(this.#timer);
      this.dispatchEvent(new Event('waiting'));
    } else if (message?.type === 'joined') {
      this.#done();
      this.dispatchEvent(new CustomEvent('joined', { detail: message }));
    } else if (message?.type === 'error') {
      this.#done();
      this.connection.close(CLOSE_LEFT, 'refused');
      const error = new ProtocolError(message.code, message.message);
      this.#fail({ code: CLOSE_LEFT, reason: error.message, error });
    }
  };

  /** @param {Event} event */
  #closed = (event) => {
    this.#done();
    this.#fail({ .../** @type {CustomEvent<CloseDetail>} */ (event).detail, error: null });
  };

  #done() {
    this.#clock.clearTimeout(this.#timer);
    this.connection.removeEventListener('open', this.#opened);
    this.connection.removeEventListener('frame', this.#answered);
    this.connection.removeEventListener('close', this.#closed);
  }

  /** @param {FailedDetail} detail */
  #fail(detail) {
    this.dispatchEvent(new CustomEvent('failed', { detail }));
  }
}
