import { isPending } from './outgoing.js';
import { WINDOW, isAlive, read, tell } from './wire.js';

/** @import { Item } from './transfers.js' */
/** @import { Ending } from './wire.js' */
/** @import { Sink, OpenSink } from './sinks.js' */

/** Bytes that are written between two confirmations. */
const STEP = WINDOW / 8;

/** One file on its way from one peer. */
export class Incoming {
  /** @type {Item} */
  item;
  #changed;
  /** @type {RTCDataChannel|null} */
  #channel = null;
  /** @type {Sink|null} */
  #sink = null;
  #choosing = false;
  /** Bytes that came; `item.done` is what was written of them. */
  #received = 0;
  #confirmed = 0;
  #writing = Promise.resolve();
  /** What the peer has yet to be told. @type {Ending|null} */
  #ending = null;

  /** @param {Item} item @param {() => void} changed */
  constructor(item, changed) {
    this.item = item;
    this.#changed = changed;
  }

  get pending() {
    return isPending(this.item);
  }

  /** Whether the peer can reach it. */
  get attached() {
    return isAlive(this.#channel);
  }

  /** Takes the channel on which the file is offered, for the first time or again. @param {RTCDataChannel} channel */
  attach(channel) {
    this.#channel = channel;
    if (this.item.state === 'active') this.#set('paused');
    channel.onmessage = ({ data }) => channel === this.#channel && this.#take(data);
    channel.onclose = () => channel === this.#channel && this.look();
    if (this.#ending) this.#say(this.#ending);
    else if (this.item.state === 'offered') tell(channel, { wait: true });
    else this.#writing.then(() => this.#goOn(channel));
  }

  /** Notices that the channel has gone. */
  look() {
    if (this.item.state === 'active' && !this.attached) this.#set('paused');
  }

  /**
   * Takes the file; the person may be asked where to, and may then think better of it.
   * @param {OpenSink} open
   */
  async accept(open) {
    if (this.item.state !== 'offered' || this.#choosing) return;
    this.#choosing = true;
    this.item.reason = '';
    let sink = null;
    try {
      sink = await open(this.item);
    } catch (error) {
      this.item.reason = /** @type {any} */ (error)?.reason ?? 'write';
      this.#changed();
    }
    this.#choosing = false;
    if (!sink) return;
    if (this.item.state !== 'offered') return void sink.abort();
    this.#sink = sink;
    this.#set('paused');
    if (this.#channel) this.#goOn(this.#channel);
  }

  decline() {
    if (this.item.state === 'offered') this.#finish('declined', 'you', 'declined');
  }

  cancel() {
    if (this.pending) this.#finish('cancelled', 'you', 'cancelled');
  }

  /** The peer has left the room, or has no longer what it offered. @param {'left'|'gone'} reason */
  gone(reason) {
    if (this.pending) this.#finish('failed', reason, null);
  }

  /** @param {RTCDataChannel} channel */
  #goOn(channel) {
    if (channel !== this.#channel || !this.attached || this.item.state === 'offered') return;
    if (this.#ending) return this.#say(this.#ending);
    if (!this.pending) return;
    this.#received = this.#confirmed = this.item.done;
    tell(channel, { from: this.item.done });
    this.#set('active');
    this.#completeIfWhole();
  }

  /** @param {unknown} data */
  #take(data) {
    if (data instanceof ArrayBuffer) return this.#takeBytes(data);
    if (!this.pending) return void this.#channel?.close();
    const message = read(data);
    if (!message || !('end' in message)) return this.#finish('failed', 'broken', 'broken');
    this.#finish(...endOf(message.end), null);
    this.#channel?.close();
  }

  /** @param {ArrayBuffer} bytes */
  #takeBytes(bytes) {
    if (!this.pending || !this.attached) return;
    const total = this.#received + bytes.byteLength;
    const unasked = this.item.state !== 'active' || !bytes.byteLength;
    if (unasked || total > this.item.size || total - this.#confirmed > 2 * WINDOW) {
      this.#finish('failed', 'broken', 'broken');
      return;
    }
    this.#received = total;
    this.#writing = this.#writing.then(() => this.#write(bytes));
    this.#completeIfWhole();
  }

  /** @param {ArrayBuffer} bytes */
  async #write(bytes) {
    if (!this.pending) return;
    try {
      await this.#sink?.write(bytes);
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (!this.pending) return;
    this.item.done += bytes.byteLength;
    if (this.item.done - this.#confirmed < STEP && this.item.done < this.item.size) return;
    this.#confirmed = this.item.done;
    if (this.item.state === 'active') tell(this.#channel, { got: this.item.done });
  }

  #completeIfWhole() {
    if (this.#received === this.item.size) this.#writing = this.#writing.then(() => this.#complete());
  }

  async #complete() {
    if (!this.pending || this.item.done !== this.item.size || !this.#sink) return;
    const sink = this.#sink;
    this.#sink = null;
    try {
      await sink.close();
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.pending) this.#finish('done', '', 'done');
  }

  /** @param {any} error of the sink */
  #failed(error) {
    if (!this.pending) return;
    const full = error?.name === 'QuotaExceededError';
    this.#finish('failed', full ? 'no-space' : 'write', full ? 'no-space' : 'failed');
  }

  /** @param {Item['state']} state @param {Item['reason']} reason @param {Ending|null} end what the peer is told */
  #finish(state, reason, end) {
    const sink = this.#sink;
    this.#sink = null;
    this.item.reason = reason;
    this.#ending = end;
    if (end) this.#say(end);
    this.#set(state);
    if (sink) this.#writing = this.#writing.then(() => sink.abort()).catch(() => {});
  }

  /** @param {Ending} end */
  #say(end) {
    tell(this.#channel, { end });
  }

  /** @param {Item['state']} state */
  #set(state) {
    if (this.item.state === state) return;
    this.item.state = state;
    this.item.rate = 0;
    this.#changed();
  }
}

/** @param {Ending} end of the sender @returns {[Item['state'], Item['reason']]} */
function endOf(end) {
  if (end === 'cancelled') return ['cancelled', 'they'];
  return ['failed', end === 'unreadable' ? 'unreadable' : 'broken'];
}
