import { task } from './tasks.js';
import { FakeTransceiver, answered, sends, session } from './transceiver.js';

/** @import { Description, Direction, Section } from './transceiver.js' */

let made = 0;

/**
 * The signaling half of an RTCPeerConnection: states, implicit rollback, the operations chain and the
 * negotiation-needed flag as in W3C WebRTC 1.0, sections 4.4.1.5 and 4.7.3. Candidates carry the ufrag of the
 * description they belong to, and only fit that one.
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
  /** How many negotiationneeded events were fired. */
  negotiations = 0;

  /** @type {FakeTransceiver[]} */
  #transceivers = [];
  /** @type {Record<'currentLocal'|'pendingLocal'|'currentRemote'|'pendingRemote', Description|null>} */
  #descriptions = { currentLocal: null, pendingLocal: null, currentRemote: null, pendingRemote: null };
  /** @type {(() => Promise<void>)[]} */
  #operations = [];
  #updateOnEmpty = false;
  #negotiationNeeded = false;
  #restart = false;
  #ufrag;
  #generation = 0;
  #id = ++made;

  /** @param {RTCConfiguration} [configuration] */
  constructor(configuration) {
    this.configuration = configuration;
    this.#ufrag = `u${this.#id}.0`;
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
   * @param {'audio'|'video'} kind
   * @param {{direction?: Direction, streams?: any[]}} [init]
   */
  addTransceiver(kind, { direction = 'sendrecv', streams = [] } = {}) {
    const transceiver = new FakeTransceiver(this, kind, direction);
    transceiver.sender.streams = streams;
    this.#transceivers.push(transceiver);
    this.updateNegotiationNeeded();
    return transceiver;
  }

  restartIce() {
    this.#restart = true;
    this.updateNegotiationNeeded();
  }

  setLocalDescription() {
    return this.chain(async () => {
      const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
      const description = this.#create(type);
      await task();
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
      await task();
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
      await task();
      if (candidate && candidate.usernameFragment !== session(this.remoteDescription)?.ufrag) {
        throw new DOMException('ufrag', 'OperationError');
      }
      this.candidates.push(candidate);
      if (candidate) this.#connect();
    });
  }

  close() {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
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
    if (this.#restart) return true;
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
    if (this.#restart && type === 'offer') this.#ufrag = `u${this.#id}.${++this.#generation}`;
    const offered = session(this.remoteDescription)?.sections ?? [];
    let mid = Math.max(-1, ...this.#transceivers.map((transceiver) => Number(transceiver.mid ?? -1)));
    const sections = this.#transceivers.map((transceiver) => {
      if (type === 'offer') transceiver.mid ??= String(++mid);
      const offer = offered.find((section) => section.mid === transceiver.mid);
      const msids = transceiver.sender.streams.map(({ id }) => id);
      const direction = type === 'offer' ? transceiver.direction
        : answered(transceiver.direction, offer?.direction ?? 'inactive');
      return { mid: transceiver.mid, kind: transceiver.kind, direction, msids };
    });
    return { type, sdp: JSON.stringify({ ufrag: this.#ufrag, sections }) };
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
    if (other === 'Local') this.#restart = false;
    this.#negotiationNeeded = false;
    this.#updateOnEmpty = true;
    this.#connect();
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
      if (sends(direction) && !transceiver.fired) {
        transceiver.fired = true;
        this.ontrack?.({ track: transceiver.receiver.track, transceiver });
      }
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

  #connect() {
    const { currentLocal, currentRemote } = this.#descriptions;
    if (!currentLocal || !currentRemote || !this.candidates.some(Boolean)) return;
    if (this.connectionState === 'new') task().then(() => this.setConnectionState('connected'));
  }
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
