import { Incoming } from './incoming.js';
import { Outgoing, isPending } from './outgoing.js';
import { openSink } from './sinks.js';
import { LABEL, MAX_OFFERS, MAX_SIZE, read, safeName, tell } from './wire.js';

/**
 * @typedef {''|'you'|'they'|'left'|'gone'|'unreadable'|'write'|'no-space'|'too-big'|'too-big-here'|'too-many'|'broken'} Reason
 *   Who declined or cancelled; or why it failed: the peer has left the room, or is there and no longer has what it
 *   offered; the file could not be read, or written; …
 */
/**
 * @typedef {object} Item a file and one peer
 * @property {string} id
 * @property {string} group the same for one file to several peers
 * @property {'in'|'out'} way
 * @property {string} peer
 * @property {string} name
 * @property {number} size bytes
 * @property {string} type as in File; empty when it is not known
 * @property {boolean} private whether it is for nobody else
 * @property {number} done bytes that the receiver has written
 * @property {number} rate bytes per second; 0 while it is not known
 * @property {'offered'|'waiting'|'active'|'paused'|'done'|'declined'|'cancelled'|'failed'} state `offered`: the person
 *   here is to answer; `waiting`: the one there; `paused`: there is no connection
 * @property {Reason} reason
 */
/** @typedef {{name: string, reason: 'too-big'|'too-many'}} Refused */

/** How often progress is told, milliseconds. */
const TICK_MS = 500;
/** How long a peer with a fresh connection has to offer again what it was sending, ticks. */
const GRACE = 30;
/** How many new files one peer may offer within a minute; more are refused. */
export const MAX_NEW = 120;
const MINUTE_MS = 60_000;
/** Files that came to an end and are still listed. */
const MAX_ENDED = 50;

/**
 * Files on their way to and from the others. Events: `change` after every change; `offer` (detail: the {@link Item})
 * when somebody offers a file.
 */
export class Transfers extends EventTarget {
  #open;
  #openSink;
  #clock;
  #newKey;
  /** @type {Map<string, Outgoing>} */
  #out = new Map();
  /** By peer and its name for the file. @type {Map<string, Incoming>} */
  #in = new Map();
  /** All, the oldest first. @type {Item[]} */
  #items = [];
  /** Ticks left for what is to be offered again. @type {Map<Incoming, number>} */
  #graces = new Map();
  /** How many files each peer has newly offered within the last minute. @type {Map<string, number>} */
  #news = new Map();
  /** @type {Map<Item, number>} */
  #before = new Map();
  #lastID = 0;
  /** @type {any} */
  #timer = null;

  /**
   * @param {object} options
   * @param {(peer: string, label: string) => RTCDataChannel|null} options.open null where there is no connection
   * @param {import('../net/connection.js').Clock} [options.clock]
   * @param {import('./sinks.js').OpenSink} [options.sink]
   * @param {() => string} [options.key] makes unique names for files
   */
  constructor({ open, clock = globalThis, sink = openSink, key = () => crypto.randomUUID() }) {
    super();
    this.#open = open;
    this.#clock = clock;
    this.#openSink = sink;
    this.#newKey = key;
  }

  /** Every transfer, the oldest first. @returns {readonly Readonly<Item>[]} */
  get list() {
    return this.#items;
  }

  /** How many files wait for the person's answer. */
  get offers() {
    return this.#items.filter(({ state }) => state === 'offered').length;
  }

  /**
   * Offers files to peers, each by itself.
   * @param {Iterable<File>} files
   * @param {Iterable<string>} ids of the peers
   * @param {{private?: boolean}} [options] whether they are for that one peer only
   * @returns {Refused[]} files that were not offered
   */
  offer(files, ids, { private: only = false } = {}) {
    const peers = [...ids];
    /** @type {Refused[]} */
    const refused = [];
    for (const file of files) {
      const open = peers.filter((peer) => !this.#isFull(peer));
      const reason = file.size > MAX_SIZE ? 'too-big' : open.length === 0 ? 'too-many' : null;
      if (reason) refused.push({ name: safeName(file.name), reason });
      else this.#offer(file, open, only);
    }
    this.#tell();
    return refused;
  }

  /** Takes an offered file; to be called while a click is handled. @param {string} id */
  accept(id) {
    return this.#incoming(id)?.accept(this.#openSink);
  }

  /** @param {string} id */
  decline(id) {
    this.#incoming(id)?.decline();
  }

  /** Ends a transfer of either way. @param {string} id */
  cancel(id) {
    this.#out.get(id)?.cancel();
    this.#incoming(id)?.cancel();
  }

  /** Offers a file again, to a peer it did not get to. @param {string} id */
  retry(id) {
    const old = this.#out.get(id);
    if (!old || isPending(old.item) || old.item.state === 'done') return;
    const index = this.#items.indexOf(old.item);
    this.#out.delete(id);
    if (old.pending) this.#out.set(`t${++this.#lastID}`, old); // it has yet to say how it ended
    this.#items[index] = this.#send(old.file, { ...old.item, done: 0, rate: 0, state: 'waiting', reason: '' });
    this.#tell();
  }

  /** Takes a transfer that has come to its end off the list. @param {string} id */
  remove(id) {
    this.#items = this.#items.filter((item) => item.id !== id || isPending(item));
    this.#tell();
  }

  /** There is a connection to a peer, or there is one again. @param {string} peer */
  connected(peer) {
    for (const out of this.#of(this.#out, peer)) out.look();
    for (const coming of this.#of(this.#in, peer)) if (coming.pending) this.#graces.set(coming, GRACE);
    this.#tell();
  }

  /** A peer has opened a channel. @param {string} peer @param {RTCDataChannel} channel */
  channel(peer, channel) {
    if (channel.label !== LABEL) {
      channel.close();
      return;
    }
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => this.#offered(peer, channel, data);
  }

  /** A peer is not in the room any more. @param {string} peer */
  gone(peer) {
    for (const out of this.#of(this.#out, peer)) out.gone();
    for (const coming of this.#of(this.#in, peer)) coming.gone('left');
    this.#tell();
  }

  /** @param {File} file @param {string[]} peers @param {boolean} only */
  #offer(file, peers, only) {
    const group = `g${++this.#lastID}`;
    for (const peer of peers) {
      this.#items.push(this.#send(file, {
        id: `t${++this.#lastID}`, group, way: 'out', peer, name: safeName(file.name), size: file.size, type: file.type,
        private: only, done: 0, rate: 0, state: 'waiting', reason: '',
      }));
    }
  }

  /** @param {File} file @param {Item} item */
  #send(file, item) {
    const out = new Outgoing({ item, file, key: this.#newKey(), open: this.#open, changed: () => this.#tell() });
    this.#out.set(item.id, out);
    out.look();
    return item;
  }

  /** @param {string} peer @param {RTCDataChannel} channel @param {unknown} data its first message */
  #offered(peer, channel, data) {
    const message = read(data);
    if (!message || !('file' in message)) {
      channel.close();
      return;
    }
    const { id: key, ...file } = message.file;
    const known = this.#in.get(`${peer} ${key}`);
    if (known?.item.size === file.size) {
      this.#graces.delete(known);
      known.attach(channel);
      return;
    }
    const refusal = known ? 'broken' : file.size > MAX_SIZE ? 'too-big' : this.#isCrowded(peer) || !this.#admit(peer) ? 'too-many' : null;
    if (refusal) {
      tell(channel, { end: refusal });
      channel.close();
      return;
    }
    const id = `t${++this.#lastID}`;
    /** @type {Item} */
    const item = { id, group: id, way: 'in', peer, ...file, done: 0, rate: 0, state: 'offered', reason: '' };
    const coming = new Incoming(item, () => this.#tell());
    this.#in.set(`${peer} ${key}`, coming);
    this.#items.push(item);
    coming.attach(channel);
    this.#tell();
    this.dispatchEvent(new CustomEvent('offer', { detail: item }));
  }

  /** Whether a peer has as many unfinished offers of ours as it takes. @param {string} peer */
  #isFull(peer) {
    return this.#pendingOf(peer, 'out') >= MAX_OFFERS;
  }

  /** @param {string} peer */
  #isCrowded(peer) {
    return this.#pendingOf(peer, 'in') >= MAX_OFFERS;
  }

  /** Counts a new offer of a peer. @param {string} peer @returns {boolean} whether it is not one too many */
  #admit(peer) {
    const count = this.#news.get(peer) ?? 0;
    if (count >= MAX_NEW) return false;
    this.#news.set(peer, count + 1);
    this.#clock.setTimeout(() => {
      const left = (this.#news.get(peer) ?? 1) - 1;
      if (left > 0) this.#news.set(peer, left);
      else this.#news.delete(peer);
    }, MINUTE_MS);
    return true;
  }

  /** @param {string} peer @param {Item['way']} way */
  #pendingOf(peer, way) {
    return this.#items.filter((item) => item.peer === peer && item.way === way && isPending(item)).length;
  }

  /** @param {string} id */
  #incoming(id) {
    for (const coming of this.#in.values()) if (coming.item.id === id) return coming;
    return undefined;
  }

  /**
   * @template {{item: Item}} T
   * @param {Map<string, T>} transfers
   * @param {string} peer
   */
  #of(transfers, peer) {
    return [...transfers.values()].filter(({ item }) => item.peer === peer);
  }

  #tell() {
    this.#forget();
    this.#schedule();
    this.dispatchEvent(new Event('change'));
  }

  /** Bounds what has ended. */
  #forget() {
    const ended = this.#items.filter((item) => !isPending(item));
    const old = new Set(ended.slice(0, -MAX_ENDED));
    if (old.size > 0) this.#items = this.#items.filter((item) => !old.has(item));
    const listed = new Set(this.#items);
    for (const [id, { item, pending }] of this.#out) if (!listed.has(item) && !pending) this.#out.delete(id);
    for (const [key, { item }] of this.#in) if (!listed.has(item)) this.#in.delete(key);
    for (const item of this.#before.keys()) if (!listed.has(item)) this.#before.delete(item);
  }

  #schedule() {
    const busy = [...this.#out.values(), ...this.#in.values()].some(({ pending }) => pending);
    if (busy && this.#timer === null) this.#timer = this.#clock.setTimeout(() => this.#tick(), TICK_MS);
  }

  #tick() {
    this.#timer = null;
    for (const out of this.#out.values()) out.look();
    for (const coming of this.#in.values()) coming.look();
    this.#waitFor();
    for (const item of this.#items) this.#measure(item);
    this.#tell();
  }

  /** Gives up what a peer has not offered again. */
  #waitFor() {
    for (const [coming, ticks] of this.#graces) {
      if (!coming.pending || coming.attached) this.#graces.delete(coming);
      else if (ticks > 1) this.#graces.set(coming, ticks - 1);
      else {
        this.#graces.delete(coming);
        coming.gone('gone');
      }
    }
  }

  /** @param {Item} item */
  #measure(item) {
    const before = this.#before.get(item) ?? 0;
    this.#before.set(item, item.done);
    if (item.state !== 'active') return;
    const now = Math.max(0, ((item.done - before) * 1000) / TICK_MS);
    item.rate = item.rate ? item.rate * 0.8 + now * 0.2 : now;
  }
}
