import { LABEL, MAX_CHUNK, WINDOW, isAlive, read, tell } from './wire.js';

/** @import { Item } from './transfers.js' */
/** @import { Ending } from './wire.js' */

/** Bytes that are read from the file at once. */
const BLOCK = 4 * MAX_CHUNK;
/** Bytes in the channel above which nothing is added, and below which it goes on. */
const FULL = 1024 * 1024;
const LOW = FULL / 4;
/** Channels in a row on which the peer has said nothing. */
const MAX_UNHEARD = 10;

/** One file on its way to one peer. */
export class Outgoing {
  /** @type {Item} */
  item;
  /** The file itself. */
  file;
  /** Under what the peer knows it. */
  #key;
  #open;
  #changed;
  /** @type {RTCDataChannel|null} */
  #channel = null;
  /** Bytes given to the channel, and bytes the peer has written. */
  #sent = 0;
  #got = 0;
  #chunk = MAX_CHUNK;
  #pumping = false;
  #unheard = 0;
  /** What the peer has yet to be told. @type {Ending|null} */
  #untold = null;

  /**
   * @param {object} options
   * @param {Item} options.item
   * @param {File} options.file
   * @param {string} options.key unique
   * @param {(peer: string, label: string) => RTCDataChannel|null} options.open
   * @param {() => void} options.changed
   */
  constructor({ item, file, key, open, changed }) {
    this.item = item;
    this.file = file;
    this.#key = key;
    this.#open = open;
    this.#changed = changed;
  }

  /** Whether there is anything left to do. */
  get pending() {
    return isPending(this.item) || this.#untold !== null;
  }

  /** Opens a channel if there should be one and is none. */
  look() {
    if (!this.pending || isAlive(this.#channel)) return;
    if (this.#unheard >= MAX_UNHEARD) return this.#giveUp();
    const channel = this.#open(this.item.peer, LABEL);
    if (isPending(this.item) && (!channel || this.item.state === 'active')) this.#set('paused');
    if (channel) this.#use(channel);
  }

  cancel() {
    if (!isPending(this.item)) return;
    this.#finish('cancelled', 'you');
    this.#say('cancelled');
  }

  /** The peer is not in the room any more. */
  gone() {
    this.#untold = null;
    if (isPending(this.item)) this.#finish('failed', 'left');
  }

  /** @param {RTCDataChannel} channel */
  #use(channel) {
    this.#channel = channel;
    this.#sent = this.#got = 0;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = LOW;
    channel.onopen = () => this.#opened(channel);
    channel.onbufferedamountlow = () => this.#pump(channel);
    channel.onmessage = ({ data }) => channel === this.#channel && this.#received(channel, data);
    channel.onclose = () => channel === this.#channel && this.#closed();
    if (channel.readyState === 'open') this.#opened(channel);
  }

  /** @param {RTCDataChannel} channel */
  #opened(channel) {
    if (channel !== this.#channel) return;
    channel.onopen = null;
    this.#unheard++;
    const { name, size, type, private: only } = this.item;
    tell(channel, { file: { id: this.#key, name, size, type, private: only } });
    if (this.#untold) this.#say(this.#untold);
    else if (this.item.done === 0) this.#set('waiting');
  }

  #closed() {
    this.#channel = null;
    if (this.item.state === 'active') this.#set('paused');
  }

  /** @param {RTCDataChannel} channel @param {unknown} data */
  #received(channel, data) {
    this.#unheard = 0;
    const message = read(data);
    if (!isPending(this.item)) {
      if (message && 'end' in message) channel.close();
    } else if (!message || 'file' in message) this.#broken();
    else if ('wait' in message) this.#wait();
    else if ('from' in message) this.#begin(channel, message.from);
    else if ('got' in message) this.#confirmed(channel, message.got);
    else this.#ended(channel, message.end);
  }

  #wait() {
    if (this.item.state === 'active') return this.#broken();
    this.item.done = 0;
    this.#set('waiting');
  }

  /** @param {RTCDataChannel} channel @param {number} from */
  #begin(channel, from) {
    if (this.item.state === 'active' || from > this.item.size) return this.#broken();
    this.#sent = this.#got = this.item.done = from;
    this.#set('active');
    this.#pump(channel);
  }

  /** @param {RTCDataChannel} channel @param {number} got */
  #confirmed(channel, got) {
    if (got < this.#got || got > this.#sent) return this.#broken();
    this.#got = this.item.done = got;
    this.#pump(channel);
  }

  /** @param {RTCDataChannel} channel @param {Ending} end */
  #ended(channel, end) {
    const whole = this.item.state !== 'active' || this.#sent === this.item.size;
    if (end === 'done' && !whole) return this.#broken();
    if (end === 'done') {
      this.item.done = this.item.size;
      this.#finish('done');
    } else if (end === 'declined' || end === 'cancelled') this.#finish(end, 'they');
    else this.#finish('failed', end === 'failed' ? 'write' : end);
    channel.close();
  }

  /** Puts into the channel what it and the peer can take. @param {RTCDataChannel} channel */
  async #pump(channel) {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#mayAdd(channel)) await this.#add(channel);
    } finally {
      this.#pumping = false;
    }
    if (channel !== this.#channel && this.#channel && this.#mayAdd(this.#channel)) this.#pump(this.#channel);
  }

  /** @param {RTCDataChannel} channel */
  #mayAdd(channel) {
    return this.item.state === 'active' && channel === this.#channel && channel.readyState === 'open' &&
      this.#sent < this.item.size && this.#sent - this.#got < WINDOW && channel.bufferedAmount < FULL;
  }

  /** @param {RTCDataChannel} channel */
  async #add(channel) {
    const at = this.#sent;
    let bytes;
    try {
      bytes = await this.file.slice(at, at + BLOCK).arrayBuffer();
    } catch {
      bytes = null;
    }
    if (!this.#mayAdd(channel) || at !== this.#sent) return;
    if (!bytes?.byteLength) {
      this.#finish('failed', 'unreadable');
      this.#say('unreadable');
      return;
    }
    this.#put(channel, bytes);
  }

  /** @param {RTCDataChannel} channel @param {ArrayBuffer} bytes */
  #put(channel, bytes) {
    for (let at = 0; at < bytes.byteLength; ) {
      const chunk = bytes.slice(at, at + this.#chunk);
      try {
        channel.send(chunk);
      } catch (error) {
        if (!(error instanceof TypeError) || this.#chunk <= 1024) return channel.close();
        this.#chunk /= 2; // more than this connection takes in one message
        continue;
      }
      at += chunk.byteLength;
      this.#sent += chunk.byteLength;
    }
  }

  #giveUp() {
    this.#untold = null;
    if (isPending(this.item)) this.#finish('failed', 'broken');
  }

  #broken() {
    this.#finish('failed', 'broken');
    this.#say('broken');
    this.#channel?.close();
  }

  /** Says how it has ended, now or as soon as there is a way. @param {Ending} end */
  #say(end) {
    this.#untold = tell(this.#channel, { end }) ? null : end;
  }

  /** @param {Item['state']} state @param {Item['reason']} [reason] */
  #finish(state, reason = '') {
    this.item.reason = reason;
    this.#set(state);
  }

  /** @param {Item['state']} state */
  #set(state) {
    if (this.item.state === state) return;
    this.item.state = state;
    this.item.rate = 0;
    this.#changed();
  }
}

/** @param {Item} item */
export const isPending = ({ state }) => ['offered', 'waiting', 'active', 'paused'].includes(state);
