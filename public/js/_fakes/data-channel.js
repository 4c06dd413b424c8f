import { task } from './tasks.js';

/** An RTCDataChannel: what is sent comes to its other end, in order, a task later. */
export class FakeDataChannel extends EventTarget {
  /** @type {RTCDataChannelState} */
  readyState = 'connecting';
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;
  /** @type {any} */ onbufferedamountlow = null;
  /** The other end. @type {FakeDataChannel|null} */
  other = null;

  /** @param {string} label @param {{negotiated?: boolean, id?: number}} [options] */
  constructor(label, { negotiated = false, id } = {}) {
    super();
    this.label = label;
    this.negotiated = negotiated;
    this.id = id ?? null;
  }

  /** Joins the two ends. @param {FakeDataChannel} other */
  join(other) {
    [this.other, other.other] = [other, this];
    for (const end of [this, other]) {
      end.readyState = 'open';
      end.#fire('open');
    }
  }

  /** @param {any} data */
  send(data) {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    const { other } = this;
    task().then(() => other?.readyState === 'open' && other.#fire('message', { data }));
  }

  close() {
    const { other } = this;
    this.end();
    task().then(() => other?.end());
  }

  /** Without the other end's being told. */
  end() {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.#fire('close');
  }

  /** @param {string} type @param {object} [more] */
  #fire(type, more) {
    const event = Object.assign(new Event(type), more);
    this.dispatchEvent(event);
    /** @type {any} */ (this)[`on${type}`]?.(event);
  }
}
