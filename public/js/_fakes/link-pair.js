import assert from 'node:assert/strict';
import { Link } from '../rtc/link.js';
import { SignalQueue } from '../rtc/signal-queue.js';
import { fakePeerConnections } from './peer-connection.js';
import { FakeStream } from './media.js';
import { FakeClock, collect, settle } from './tasks.js';

/** @typedef {import('../rtc/link.js').Signal} Signal */

/** One end of a pair: its link, its connection, and what it sent that has not been delivered. */
class End {
  /** @type {Signal[]} */
  outbox = [];
  /** Types of all it sent, in order. @type {string[]} */
  sent = [];
  clock = new FakeClock();
  /** What `receive` said of each description, in order. @type {('replaced'|undefined)[]} */
  outcomes = [];
  #queue = new SignalQueue(() => {});

  /** @param {boolean} polite @param {Partial<import('../rtc/link.js').LinkOptions>} [options] */
  constructor(polite, options) {
    const { RTCPeerConnection, connections } = fakePeerConnections();
    this.link = new Link({
      polite,
      iceServers: [],
      clock: this.clock,
      RTCPeerConnection,
      MediaStream: /** @type {any} */ (FakeStream),
      ...options,
      send: (signal) => {
        this.sent.push(signal.type);
        this.outbox.push(signal);
      },
    });
    this.pc = connections[0];
    this.faults = collect(this.link, 'fault');
    this.tracks = collect(this.link, 'track');
  }

  /** Takes a signal after those that came before. @param {Signal} signal */
  receive(signal) {
    return this.#queue.add(signal.type === 'candidate' ? 'candidates' : 'descriptions', async () => {
      this.outcomes.push(await this.link.receive(signal));
    });
  }

  /** Between two signals. */
  renegotiate() {
    return this.#queue.add('own', () => this.link.renegotiate());
  }
}

/** Two links and the ordered way between them, on which nothing moves by itself. */
export class LinkPair {
  /** @param {Partial<import('../rtc/link.js').LinkOptions>} [options] of both links */
  constructor(options) {
    this.impolite = new End(false, options);
    this.polite = new End(true, options);
    this.ends = [this.impolite, this.polite];
  }

  /**
   * Delivers the next signal that end has sent, if there is one.
   * @param {End} from
   */
  deliver(from) {
    const signal = from.outbox.shift();
    const to = from === this.polite ? this.impolite : this.polite;
    if (signal) to.receive(JSON.parse(JSON.stringify(signal)));
    return signal;
  }

  /** Delivers everything, both ways, until nothing comes any more. */
  async run() {
    for (let quiet = 0; quiet < 2; quiet++) {
      await settle(20);
      while (this.ends.some((end) => end.outbox.length > 0)) {
        for (const end of this.ends) this.deliver(end);
        await settle(20);
        quiet = 0;
      }
    }
  }

  /** Both ends agree on the same offer and answer over three m-lines, all both ways, and nothing went wrong. */
  assertAgreed() {
    for (const [own, other] of [[this.impolite, this.polite], [this.polite, this.impolite]]) {
      assert.equal(own.pc.signalingState, 'stable');
      assert.deepEqual(own.pc.localDescription, other.pc.remoteDescription);
      assert.deepEqual(own.pc.getTransceivers().map(({ mid, kind, direction }) => [mid, kind, direction]), [
        ['0', 'audio', 'sendrecv'], ['1', 'video', 'sendrecv'], ['2', 'video', 'sendrecv'],
        ['3', 'audio', 'sendrecv'],
      ]);
      assert.equal(own.pc.candidates.at(-1), null);
      assert.equal(own.link.state, 'connected');
      assert.deepEqual(own.faults, []);
    }
  }
}

/** A pair that is connected already. */
export async function connectedPair() {
  const pair = new LinkPair();
  await pair.run();
  pair.assertAgreed();
  return pair;
}
