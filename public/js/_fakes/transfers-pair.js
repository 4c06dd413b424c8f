import assert from 'node:assert/strict';
import { Transfers } from '../files/transfers.js';
import { FakeDataChannel } from './data-channel.js';
import { settle } from './tasks.js';
import { VirtualClock } from './virtual-clock.js';

/** A sink that keeps what it gets. */
export class MemorySink {
  /** @type {Uint8Array[]} */
  parts = [];
  closed = false;
  aborted = false;
  /** @type {Promise<void>|null} what a write waits for */
  gate = null;
  /** @type {Error|null} */
  fault = null;

  /** @param {ArrayBuffer} bytes */
  async write(bytes) {
    await this.gate;
    if (this.fault) throw this.fault;
    this.parts.push(new Uint8Array(bytes));
  }

  async close() {
    this.closed = true;
  }

  async abort() {
    this.aborted = true;
  }

  get bytes() {
    return Buffer.concat(this.parts);
  }
}

/** Two people, `a` and `b`, with a link that can be cut. */
export function pair() {
  const clock = new VirtualClock();
  const sink = new MemorySink();
  let up = true;
  /** @type {FakeDataChannel[]} */
  const channels = [];
  /** @type {Record<string, Transfers>} */
  const sides = {};
  /** @param {string} to @param {string} from */
  const open = (to, from) => (_peer = '', label = '') => {
    if (!up) return null;
    const [here, there] = [new FakeDataChannel(label), new FakeDataChannel(label)];
    channels.push(here);
    queueMicrotask(() => {
      here.join(there);
      sides[to]?.channel(from, /** @type {any} */ (there));
    });
    return /** @type {any} */ (here);
  };
  let keys = 0;
  const key = () => `key${++keys}`;
  const taken = async () => sink;
  sides.a = new Transfers({ open: open('b', 'a'), clock, sink: taken, key });
  sides.b = new Transfers({ open: open('a', 'b'), clock, sink: taken, key });
  return {
    a: sides.a, b: sides.b, clock, sink, channels,
    cut() {
      up = false;
      for (const channel of channels) {
        channel.other?.end();
        channel.end();
      }
    },
    async heal() {
      up = true;
      sides.a?.connected('b');
      sides.b?.connected('a');
      await settle();
    },
    /** The receiver's page is loaded anew. */
    reload() {
      sides.b = new Transfers({ open: open('a', 'b'), clock, sink: taken, key });
      return sides.b;
    },
  };
}

/** @param {number} size @param {string} [name] */
export function fileOf(size, name = 'notes.bin') {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
  return new File([bytes], name);
}

/** @param {Transfers} transfers @param {number} [n] */
export const item = (transfers, n = 0) => /** @type {import('../files/transfers.js').Item} */ (transfers.list[n]);

/** @param {{a: Transfers, b: Transfers, clock: VirtualClock}} sides @param {File} file */
export async function offered({ a, b }, file) {
  a.offer([file], ['b']);
  await settle();
  assert.equal(item(b).state, 'offered');
  return item(b).id;
}

/**
 * A channel by which a hostile or foreign page offers something.
 * @param {Transfers} to @param {any} head @param {string} [label]
 */
export function channelTo(to, head, label = 'file') {
  const [here, there] = [new FakeDataChannel(label), new FakeDataChannel(label)];
  /** @type {any[]} */
  const heard = [];
  here.onmessage = (/** @type {any} */ { data }) => heard.push(JSON.parse(data));
  here.join(there);
  to.channel('m', /** @type {any} */ (there));
  if (here.readyState === 'open') here.send(typeof head === 'string' ? head : JSON.stringify({ file: head }));
  return Object.assign(here, { heard });
}
