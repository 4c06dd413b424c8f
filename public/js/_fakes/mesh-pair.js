import assert from 'node:assert/strict';
import { Mesh } from '../rtc/mesh.js';
import { FakeStream } from './media.js';
import { fakePeerConnections } from './peer-connection.js';
import { collect, settle } from './tasks.js';
import { VirtualClock } from './virtual-clock.js';

/** @typedef {import('../rtc/peer-link.js').Participant} Participant */

/** @param {string} id @param {Partial<Participant>} [more] @returns {Participant} */
export function participant(id, more) {
  return { id, instance: `${id}1`, mic: true, camera: true, away: false, ...more };
}

/** One member: its mesh, its connections, and what it sent that has not been delivered. */
export class MeshEnd {
  /** @type {any[]} */
  outbox = [];
  /** No packet goes in or out, also over connections to come. */
  cut = false;
  /** No signal goes in or out; they wait. */
  away = false;
  /** Whether packets of these come: audio, camera, screen, screenAudio. */
  flows = [true, true, true, true];

  /**
   * @param {string} you
   * @param {VirtualClock} clock
   * @param {RTCIceServer[]} [iceServers]
   */
  constructor(you, clock, iceServers = []) {
    this.you = you;
    this.self = participant(you);
    const end = this;
    const { RTCPeerConnection, connections } = fakePeerConnections();
    class Connection extends RTCPeerConnection {
      /** @param {any} configuration */
      constructor(configuration) {
        super(configuration);
        this.cut = end.cut;
      }

      getStats() {
        this.now = clock.now;
        if (this.connectionState === 'connected') {
          end.flows.forEach((flows, i) => { this.received[i] += flows ? 50 : 0; });
        }
        return super.getStats();
      }
    }
    /** @type {import('./peer-connection.js').FakePeerConnection[]} */
    this.connections = connections;
    this.mesh = new Mesh({
      you, iceServers, clock, RTCPeerConnection: /** @type {any} */ (Connection),
      MediaStream: /** @type {any} */ (FakeStream),
      send: (signal) => this.outbox.push(JSON.parse(JSON.stringify({ ...signal, from: you }))),
    });
    this.changes = collect(this.mesh, 'change');
    this.troubles = collect(this.mesh, 'trouble');
  }

  /** The newest connection. */
  get pc() {
    return /** @type {import('./peer-connection.js').FakePeerConnection} */ (this.connections.at(-1));
  }

  /** Cuts all connections off, or not any more. @param {boolean} cut */
  setCut(cut) {
    this.cut = cut;
    for (const pc of this.connections) pc.setCut(cut);
  }

  /** Loses everything but itself, which only it knows of, or comes back. @param {boolean} away */
  setAway(away) {
    this.away = away;
    this.setCut(away);
    this.mesh.setSignaling(!away);
  }
}

/** The members `a` (impolite) and `b`, and the ordered way between them, on which nothing moves by itself. */
export class MeshPair {
  clock = new VirtualClock();

  /** @param {RTCIceServer[]} [iceServers] */
  constructor(iceServers) {
    this.a = new MeshEnd('a', this.clock, iceServers);
    this.b = new MeshEnd('b', this.clock, iceServers);
    this.ends = [this.a, this.b];
  }

  /** @param {MeshEnd} end */
  other(end) {
    return end === this.a ? this.b : this.a;
  }

  meet() {
    for (const end of this.ends) end.mesh.add(this.other(end).self);
  }

  /** @param {MeshEnd} end */
  remote(end) {
    return /** @type {import('../rtc/mesh.js').Remote} */ (end.mesh.remote.get(this.other(end).you));
  }

  /** Whether there is a signal that can be delivered. */
  get #moving() {
    return !this.ends.some(({ away }) => away) && this.ends.some(({ outbox }) => outbox.length > 0);
  }

  /** Delivers the next signal that end has sent, if there is one. @param {MeshEnd} from */
  deliver(from) {
    if (!this.#moving) return;
    const signal = from.outbox.shift();
    if (signal) this.other(from).mesh.receive(signal);
  }

  /** Delivers everything, both ways, until nothing comes any more. */
  exchange = async () => {
    let rounds = 0;
    for (let quiet = 0; quiet < 2; quiet++) {
      await settle(20);
      while (this.#moving) {
        assert.ok(++rounds < 500, 'they never agree');
        for (const end of this.ends) this.deliver(end);
        await settle(12);
        quiet = 0;
      }
    }
  };

  /** Lets time pass while signals go through at once. @param {number} ms */
  run(ms) {
    return this.clock.run(ms, this.exchange);
  }

  /** Both are connected with each other's newest connection, agree on what was negotiated, and heal nothing. */
  assertAgreed() {
    for (const end of this.ends) {
      const { pc } = end;
      const { state, healing } = this.remote(end);
      assert.deepEqual([state, healing, pc.signalingState], ['connected', '', 'stable']);
      assert.deepEqual(pc.localDescription, this.other(end).pc.remoteDescription);
      assert.deepEqual(end.connections.filter(({ signalingState }) => signalingState !== 'closed'), [pc]);
      assert.equal(pc.getTransceivers().length, 4);
    }
  }
}

/** @param {RTCIceServer[]} [iceServers] */
export async function connectedMeshes(iceServers) {
  const pair = new MeshPair(iceServers);
  pair.meet();
  await pair.exchange();
  pair.assertAgreed();
  return pair;
}
