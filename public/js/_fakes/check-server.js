import { transportOf } from '../rtc/relays.js';
import { FakeTrack } from './media.js';
import { task } from './tasks.js';

/** @typedef {'works'|'unreached'|'blind'|'refused'|'quota'} Way how a way behaves; the direct one works or is `blind` */

const URLS = {
  udp: 'turn:moim.test:3478?transport=udp', tcp: 'turn:moim.test:3478?transport=tcp', tls: 'turns:moim.test:443?transport=tcp',
};
const ERRORS = { refused: 401, quota: 486, unreached: 701 };

/** A server that takes test calls, and the connections of a browser to it. */
export class FakeCheckServer {
  /** @type {Record<'direct'|'udp'|'tcp'|'tls', Way|null>} null: there is none */
  ways = { direct: 'works', udp: 'works', tcp: 'works', tls: 'works' };
  /** @type {import('../net/check-api.js').RelayReport[]} */
  reports = [];
  /** Of the answer to a GET, and to a POST. */
  status = { GET: 200, POST: 200 };
  /** The code of what is not answered well. */
  code = 'check-busy';
  /** Whether it is there at all. */
  here = true;
  /** Paths and methods that were asked for. @type {string[]} */
  asked = [];
  /** @type {FakeCheckConnection[]} */
  connections = [];

  /** @param {import('./virtual-clock.js').VirtualClock} clock */
  constructor(clock) {
    this.clock = clock;
    const server = this;
    this.RTCPeerConnection = /** @type {any} */ (class extends FakeCheckConnection {
      /** @param {RTCConfiguration} configuration */
      constructor(configuration) {
        super(server, configuration);
      }
    });
  }

  get open() {
    return this.connections.filter(({ connectionState }) => connectionState !== 'closed').length;
  }

  /** @type {any} */
  fetch = async (/** @type {string} */ path, /** @type {any} */ { method = 'GET', body = '{}', signal } = {}) => {
    this.asked.push(`${method} ${path}`);
    await task();
    if (!this.here || signal.aborted) throw new TypeError('no server');
    const status = this.status[/** @type {'GET'|'POST'} */ (method)];
    const urls = Object.entries(URLS).filter(([way]) => this.ways[/** @type {'udp'} */ (way)]).map(([, url]) => url);
    const info = { ice: urls.length > 0 ? [{ urls, username: 'u', credential: 'p' }] : [], relay: this.reports };
    const answer = method === 'GET' ? info : { sdp: `answer to ${JSON.parse(body).sdp}` };
    const ok = status < 300;
    return { ok, json: async () => (ok ? answer : { error: { code: this.code, message: 'No.' } }) };
  };
}

/** The part of an RTCPeerConnection that a test call needs. */
class FakeCheckConnection {
  connectionState = 'new';
  iceGatheringState = 'new';
  /** @type {any} */ localDescription = null;
  /** @type {any} */ onicecandidate = null;
  /** @type {any} */ onicecandidateerror = null;
  /** @type {any} */ onicegatheringstatechange = null;
  /** @type {any} */ onconnectionstatechange = null;
  /** @type {any} */ ontrack = null;
  /** @type {any} */ channel = null;
  /** What `getStats` tells, by id. @type {Record<string, any>} */
  stats = {};
  /** @type {any[]} */
  senders = [];
  #server;

  /** @param {FakeCheckServer} server @param {RTCConfiguration} configuration */
  constructor(server, configuration) {
    this.configuration = configuration;
    this.#server = server;
    server.connections.push(this);
  }

  /** The ways it may go. @returns {('direct'|'udp'|'tcp'|'tls')[]} */
  get #names() {
    const { iceServers = [], iceTransportPolicy } = this.configuration;
    const relays = iceServers.flatMap(({ urls }) => [urls].flat()).map((url) => transportOf(url) ?? 'direct');
    return iceTransportPolicy === 'relay' ? relays : ['direct', ...relays];
  }

  get #ways() {
    return this.#names.map((name) => this.#server.ways[name]);
  }

  createDataChannel() {
    const back = () => this.connectionState === 'connected' && this.channel.onmessage({ data: 'ping' });
    this.channel = { send: () => this.#server.clock.setTimeout(back, 12) };
    return this.channel;
  }

  /** @param {any} track */
  addTransceiver(track) {
    const sender = { track, replaceTrack: async (/** @type {any} */ other) => { sender.track = other; } };
    this.senders.push(sender);
    return { sender };
  }

  async setLocalDescription() {
    this.localDescription = { type: 'offer', sdp: `offer ${this.#server.connections.indexOf(this)}` };
    task().then(() => this.#gather());
  }

  #gather() {
    const answered = this.#ways.filter((way) => way && way !== 'unreached');
    for (const way of this.#ways) {
      if (way === 'works' || way === 'blind') this.onicecandidate?.({ candidate: { type: 'relay' } });
      else if (way) this.onicecandidateerror?.({ errorCode: ERRORS[way] });
    }
    if (answered.length === 0) return;
    this.iceGatheringState = 'complete';
    this.onicegatheringstatechange?.({});
  }

  /** @param {{sdp: string}} answer */
  async setRemoteDescription({ sdp }) {
    if (sdp !== `answer to ${this.localDescription.sdp}`) throw new DOMException('sdp', 'OperationError');
    await task();
    if (this.connectionState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    if (!this.#ways.includes('works')) return;
    this.setConnectionState('connected');
    for (const { track } of this.senders) this.ontrack?.({ track: new FakeTrack(track.kind) });
    this.channel?.onopen();
  }

  /** @param {string} state */
  setConnectionState(state) {
    if (this.connectionState === 'closed') return;
    this.connectionState = state;
    this.onconnectionstatechange?.({});
  }

  async getStats() {
    return new Map(Object.entries(this.stats).map(([id, entry]) => [id, { id, ...entry }]));
  }

  close() {
    this.connectionState = 'closed';
  }
}
