import { FakeDataChannel } from './data-channel.js';
import { task } from './tasks.js';
import { FakeTransceiver, answered, receives, sdp, sends, session } from './transceiver.js';

/** @import { Description, Direction, Section } from './transceiver.js' */

let made = 0;

/** By fingerprint. @type {Map<string, FakePeerConnection>} */
const all = new Map();

/**
 * The signaling half of an RTCPeerConnection: states, rollback, the operations chain and the negotiation-needed flag as
 * in W3C WebRTC 1.0, sections 4.4.1.5 and 4.7.3. Candidates carry the ufrag of the description they belong to, and
 * only fit that one.
 *
 * Two of them are connected as soon as each has the other's fingerprint and present ufrag and a candidate, unless one
 * is cut off. Where that ends, the connection is `disconnected`.
 */
export class FakePeerConnection {
  signalingState = 'stable';
  connectionState = 'new';
  /** Candidates applied, in order. @type {any[]} */
  candidates = [];
  /** @type {any} */ onnegotiationneeded = null;
  /** @type {any} */ onicecandidate = null;
  /** @type {any} */ ontrack = null;
  /** @type {any} */ onconnectionstatechange = null;
  /** @type {any} */ ondatachannel = null;
  /** @type {FakeDataChannel[]} */
  channels = [];
  /** How many negotiationneeded events were fired. */
  negotiations = 0;
  /** No packet goes in or out. */
  cut = false;
  /** What `getStats` tells of the receivers by index, packets. */
  received = [0, 0, 0, 0];
  /** Of `getStats`, ms. */
  now = 0;

  /** @type {FakeTransceiver[]} */
  #transceivers = [];
  /** @type {Record<'currentLocal'|'pendingLocal'|'currentRemote'|'pendingRemote', Description|null>} */
  #descriptions = { currentLocal: null, pendingLocal: null, currentRemote: null, pendingRemote: null };
  /** @type {(() => Promise<void>)[]} */
  #operations = [];
  #updateOnEmpty = false;
  #negotiationNeeded = false;
  /** Ufrags that an ICE restart has to replace. @type {Set<string|undefined>} */
  #replace = new Set();
  #ufrag;
  #generation = 0;
  #id = ++made;

  /** @param {RTCConfiguration} [configuration] */
  constructor(configuration) {
    this.configuration = configuration;
    this.#ufrag = `u${this.#id}.0`;
    all.set(this.fingerprint, this);
  }

  get fingerprint() {
    return `AB:${this.#id}`;
  }

  get localDescription() {
    return this.#descriptions.pendingLocal ?? this.#descriptions.currentLocal;
  }

  get remoteDescription() {
    return this.#descriptions.pendingRemote ?? this.#descriptions.currentRemote;
  }

  getTransceivers() {
    return [...this.#transceivers];
  }

  /**
   * @param {'audio'|'video'|import('./media.js').FakeTrack} source
   * @param {{direction?: Direction, streams?: any[]}} [init]
   */
  addTransceiver(source, { direction = 'sendrecv', streams = [] } = {}) {
    const transceiver = new FakeTransceiver(this, typeof source === 'string' ? source : source.kind, direction);
    if (typeof source !== 'string') transceiver.sender.track = source;
    transceiver.sender.streams = streams;
    this.#transceivers.push(transceiver);
    this.updateNegotiationNeeded();
    return transceiver;
  }

  /** @param {string} label @param {{negotiated?: boolean, id?: number}} [options] */
  createDataChannel(label, options) {
    const channel = new FakeDataChannel(label, options);
    this.channels.push(channel);
    if (this.channels.length === 1) this.updateNegotiationNeeded();
    this.#reach();
    return channel;
  }

  restartIce() {
    const { currentLocal, pendingLocal } = this.#descriptions;
    for (const description of [currentLocal, pendingLocal]) this.#replace.add(session(description)?.ufrag);
    this.updateNegotiationNeeded();
  }

  /** @param {RTCConfiguration} configuration */
  setConfiguration(configuration) {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    this.configuration = configuration;
  }

  async getStats() {
    const receivers = this.#transceivers.map(({ receiver }) => receiver.track);
    const entries = receivers.map(({ id, kind }, i) => (
      { type: 'inbound-rtp', timestamp: this.now, trackIdentifier: id, kind, packetsReceived: this.received[i] }
    ));
    return new Map([{ type: 'peer-connection', timestamp: this.now }, ...entries].map((entry, i) => [i, entry]));
  }

  /** @param {{type?: string}} [init] */
  setLocalDescription(init) {
    return this.chain(async () => {
      if (init?.type === 'rollback') {
        await this.#turn();
        if (this.signalingState !== 'have-local-offer') throw new DOMException('rollback', 'InvalidStateError');
        this.#rollback();
        this.#negotiationNeeded = false;
        this.#updateOnEmpty = true;
        return;
      }
      const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
      const description = this.#create(type);
      await this.#turn();
      if (type === 'offer') {
        this.#descriptions.pendingLocal = description;
        this.signalingState = 'have-local-offer';
      } else {
        this.#settle('Local', description, 'Remote');
      }
      this.#gather(description);
    });
  }

  /** @param {Description} description */
  setRemoteDescription(description) {
    return this.chain(async () => {
      const remote = session(description);
      await this.#turn();
      if (!Array.isArray(remote?.sections)) throw new DOMException('sdp', 'OperationError');
      if (description.type === 'offer') {
        if (this.signalingState === 'have-local-offer') this.#rollback();
        this.#descriptions.pendingRemote = description;
        this.signalingState = 'have-remote-offer';
      } else {
        if (this.signalingState !== 'have-local-offer') throw new DOMException('answer', 'InvalidStateError');
        this.#settle('Remote', description, 'Local');
      }
      this.#takeSections(remote.sections);
    });
  }

  /** @param {RTCIceCandidateInit|null} candidate */
  addIceCandidate(candidate) {
    return this.chain(async () => {
      const remote = session(this.remoteDescription);
      if (!remote) throw new DOMException('no remote description', 'InvalidStateError');
      await this.#turn();
      if (candidate && candidate.usernameFragment !== session(this.remoteDescription)?.ufrag) {
        throw new DOMException('ufrag', 'OperationError');
      }
      this.candidates.push(candidate);
      if (candidate) this.#reach();
    });
  }

  close() {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    for (const channel of this.channels) channel.end();
    all.delete(this.fingerprint);
    this.#partner?.evaluate();
  }

  /** @param {string} state */
  setConnectionState(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.({});
  }

  /**
   * @param {() => Promise<void>} operation
   * @returns {Promise<void>}
   */
  chain(operation) {
    if (this.signalingState === 'closed') return Promise.reject(new DOMException('closed', 'InvalidStateError'));
    return new Promise((resolve, reject) => {
      this.#operations.push(() => operation().then(resolve, reject).finally(() => this.#next()));
      if (this.#operations.length === 1) this.#operations[0]();
    });
  }

  /** A part of an operation; it never ends once this is closed, and so the operation does not either. */
  async #turn() {
    await task();
    if (this.signalingState === 'closed') await new Promise(() => {});
  }

  async #next() {
    // The promise of the operation is settled before the chain goes on, so what waits for it comes first.
    await null;
    this.#operations.shift();
    if (this.signalingState === 'closed') return;
    if (this.#operations.length > 0) {
      this.#operations[0]();
    } else if (this.#updateOnEmpty) {
      this.#updateOnEmpty = false;
      this.updateNegotiationNeeded();
    }
  }

  updateNegotiationNeeded() {
    if (this.#operations.length > 0) {
      this.#updateOnEmpty = true;
      return;
    }
    task().then(() => this.#fireNegotiationNeeded());
  }

  #fireNegotiationNeeded() {
    if (this.signalingState === 'closed') return;
    if (this.#operations.length > 0) {
      this.#updateOnEmpty = true;
      return;
    }
    if (this.signalingState !== 'stable') return;
    const needed = this.#isNegotiationNeeded();
    if (!needed || this.#negotiationNeeded) {
      this.#negotiationNeeded &&= needed;
      return;
    }
    this.#negotiationNeeded = true;
    this.negotiations++;
    this.onnegotiationneeded?.({});
  }

  #isNegotiationNeeded() {
    const { currentLocal, currentRemote } = this.#descriptions;
    if (this.#replace.size > 0) return true;
    if (this.channels.length > 0 && !session(currentLocal)?.data) return true;
    return this.#transceivers.some((transceiver) => {
      const local = session(currentLocal)?.sections.find(({ mid }) => mid === transceiver.mid);
      const remote = session(currentRemote)?.sections.find(({ mid }) => mid === transceiver.mid);
      if (!local || !remote) return true;
      const msids = transceiver.sender.streams.map(({ id }) => id);
      if (sends(transceiver.direction) && String(local.msids) !== String(msids)) return true;
      if (currentLocal?.type === 'offer') return local.direction !== transceiver.direction;
      return local.direction !== answered(transceiver.direction, remote.direction);
    });
  }

  /** @param {'offer'|'answer'} type @returns {Description} */
  #create(type) {
    const theirs = session(this.#descriptions.pendingRemote)?.ufrag;
    const restarted = theirs !== session(this.#descriptions.currentRemote)?.ufrag && this.#descriptions.currentRemote;
    if (type === 'offer' ? this.#replace.size > 0 : restarted) this.#ufrag = `u${this.#id}.${++this.#generation}`;
    const offered = session(this.remoteDescription)?.sections ?? [];
    let mid = Math.max(-1, ...this.#transceivers.map((transceiver) => Number(transceiver.mid ?? -1)));
    const sections = this.#transceivers.map((transceiver) => {
      if (type === 'offer') transceiver.mid ??= String(++mid);
      const offer = offered.find((section) => section.mid === transceiver.mid);
      const msids = transceiver.sender.streams.map(({ id }) => id);
      const direction = type === 'offer' ? transceiver.direction
        : answered(transceiver.direction, offer?.direction ?? 'inactive');
      return { mid: String(transceiver.mid), kind: transceiver.kind, direction, msids };
    });
    const data = type === 'offer' ? this.channels.length > 0 : Boolean(session(this.remoteDescription)?.data);
    return { type, sdp: sdp({ ufrag: this.#ufrag, sections, ...(data && { data }) }, this.fingerprint) };
  }

  /**
   * An answer ends the negotiation.
   * @param {'Local'|'Remote'} side that answers
   * @param {Description} answer
   * @param {'Local'|'Remote'} other
   */
  #settle(side, answer, other) {
    this.#descriptions[`current${side}`] = answer;
    this.#descriptions[`current${other}`] = this.#descriptions[`pending${other}`];
    this.#descriptions.pendingLocal = this.#descriptions.pendingRemote = null;
    this.signalingState = 'stable';
    if (!this.#replace.has(session(this.#descriptions.currentLocal)?.ufrag)) this.#replace.clear();
    this.#negotiationNeeded = false;
    this.#updateOnEmpty = true;
    for (const { mid, direction } of session(answer)?.sections ?? []) {
      const transceiver = this.#transceivers.find((candidate) => candidate.mid === mid);
      if (transceiver) transceiver.currentDirection = side === 'Local' ? direction : reversed(direction);
    }
    this.#reach();
  }

  #rollback() {
    const known = session(this.#descriptions.currentLocal)?.sections.map(({ mid }) => mid) ?? [];
    for (const transceiver of this.#transceivers) {
      if (transceiver.mid !== null && !known.includes(transceiver.mid)) transceiver.mid = null;
    }
    this.#descriptions.pendingLocal = null;
    this.signalingState = 'stable';
  }

  /** @param {Section[]} sections of a remote description */
  #takeSections(sections) {
    for (const { mid, kind, direction } of sections) {
      let transceiver = this.#transceivers.find((candidate) => candidate.mid === mid);
      if (!transceiver) {
        transceiver = new FakeTransceiver(this, kind, 'recvonly');
        transceiver.mid = mid;
        this.#transceivers.push(transceiver);
      }
      if (sends(direction) && !transceiver.fired) this.ontrack?.({ track: transceiver.receiver.track, transceiver });
      transceiver.fired = sends(direction);
    }
  }

  /** @param {Description} description */
  async #gather(description) {
    const usernameFragment = session(description)?.ufrag;
    for (const port of [1, 2]) {
      await task();
      if (this.signalingState === 'closed') return;
      const init = { candidate: `candidate:${port}`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment };
      this.onicecandidate?.({ candidate: { ...init, toJSON: () => init } });
    }
    await task();
    if (this.signalingState !== 'closed') this.onicecandidate?.({ candidate: null });
  }

  get #partner() {
    const [, other] = this.#descriptions.currentRemote?.sdp.match(/^a=fingerprint:sha-256 (.*?)\r?$/m) ?? [];
    return all.get(other ?? '');
  }

  /** @param {FakePeerConnection} other */
  #knows(other) {
    const { currentLocal, currentRemote } = other.#descriptions;
    return !this.cut && this.#partner === other && currentLocal !== null && currentRemote !== null
      && session(this.#descriptions.currentRemote)?.ufrag === session(currentLocal)?.ufrag;
  }

  #reach() {
    task().then(() => {
      this.evaluate();
      this.#partner?.evaluate();
    });
  }

  /** Lets no packet in or out, or all again. @param {boolean} cut */
  setCut(cut) {
    const partner = this.#partner;
    this.cut = cut;
    this.evaluate();
    partner?.evaluate();
  }

  /** Looks again whether it is connected. */
  evaluate() {
    const partner = this.#partner;
    if (this.connectionState === 'closed') return;
    const reached = partner && this.#knows(partner) && partner.#knows(this)
      && (this.candidates.some(Boolean) || partner.candidates.some(Boolean));
    if (reached && this.connectionState !== 'connected') this.setConnectionState('connected');
    if (reached && session(this.localDescription)?.data) this.#joinChannels(partner);
    const agreed = this.signalingState === 'stable' && (!partner || partner.signalingState === 'stable');
    if (!reached && this.connectionState === 'connected' && (agreed || this.cut || partner?.cut)) {
      this.setConnectionState('disconnected');
    }
  }

  /** Opens the channels that both have, and those that this one has made. @param {FakePeerConnection} partner */
  #joinChannels(partner) {
    for (const channel of this.channels.filter(({ readyState }) => readyState === 'connecting')) {
      if (channel.negotiated) {
        const other = partner.channels.find(({ negotiated, id, readyState }) => (
          negotiated && id === channel.id && readyState === 'connecting'
        ));
        if (other) channel.join(other);
        continue;
      }
      const other = new FakeDataChannel(channel.label);
      partner.channels.push(other);
      partner.ondatachannel?.({ channel: other });
      channel.join(other);
    }
  }
}

/** What an answer's direction means for the side that offered. @param {Direction} d @returns {Direction} */
function reversed(d) {
  if (sends(d) === receives(d)) return d;
  return sends(d) ? 'recvonly' : 'sendonly';
}

/**
 * An RTCPeerConnection class that remembers its instances.
 * @returns {{RTCPeerConnection: any, connections: FakePeerConnection[]}}
 */
export function fakePeerConnections() {
  /** @type {FakePeerConnection[]} */
  const connections = [];
  class RTCPeerConnection extends FakePeerConnection {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      connections.push(this);
    }
  }
  return { RTCPeerConnection, connections };
}
