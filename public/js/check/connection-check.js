import { callServer, checkInfo } from '../net/check-api.js';
import { withAddresses } from '../rtc/relays.js';
import { ProbeError, within } from './probe.js';
import { probeRoute } from './route-probe.js';
import { probeSignaling } from './signaling-probe.js';
import { TestCall } from './test-call.js';
import { TRANSPORTS, rowsOf, summaryOf } from './verdict.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { LocalMedia } from '../rtc/local-media.js' */
/** @import { RelayTransport } from '../rtc/relays.js' */
/** @import { ProbeResult } from './probe.js' */
/** @import { Findings, Outcome } from './verdict.js' */
/** @typedef {Omit<Findings, 'mic'|'camera'|'silent'|'loss'>} Found what was found of the ways */

/** How long the server may take to say which relays there are. */
export const INFO_MS = 5_000;

/** @type {Outcome} */
const WAITING = { state: 'waiting' };

/**
 * Looks whether calls work from here: own devices, signaling, each way that media may go, and a call to the server itself
 * that sends sound and picture back. All at once; it takes 14 s at most. Event `change` after every change.
 */
export class ConnectionCheck extends EventTarget {
  /** Null while there is none, and where there is nothing to send. @type {TestCall|null} */
  call = null;

  #media;
  #url;
  #fetch;
  #WebSocket;
  #RTCPeerConnection;
  #clock;
  #now;
  #run = new AbortController();
  /** The servers to call by; null before they are known. @type {RTCIceServer[]|null} */
  #ice = null;
  /** @type {Found} */
  #found = nothing();

  /**
   * @param {object} options
   * @param {LocalMedia} options.media stays the caller's: it is neither started nor stopped
   * @param {string} options.url of the WebSocket
   * @param {typeof globalThis.fetch} [options.fetch]
   * @param {typeof globalThis.WebSocket} [options.WebSocket]
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection] undefined where the browser has none
   * @param {Clock} [options.clock]
   * @param {() => number} [options.now] milliseconds
   */
  constructor({
    media, url, fetch = (...args) => globalThis.fetch(...args), WebSocket = globalThis.WebSocket,
    RTCPeerConnection = globalThis.RTCPeerConnection, clock = globalThis, now = () => performance.now(),
  }) {
    super();
    this.#media = media;
    this.#url = url;
    this.#fetch = fetch;
    this.#WebSocket = WebSocket;
    this.#RTCPeerConnection = RTCPeerConnection;
    this.#clock = clock;
    this.#now = now;
  }

  get rows() {
    return rowsOf(this.#findings);
  }

  get summary() {
    return summaryOf(this.#findings);
  }

  /** Begins anew. @returns {Promise<void>} when all ways have been tried; never rejects */
  async run() {
    this.cancel();
    const { signal } = this.#run;
    this.#found = { ...nothing(), signaling: { state: 'running' } };
    this.#media.addEventListener('change', this.#mediaChanged);
    this.#changed();
    await Promise.all([this.#trySignaling(signal), this.#tryWays(signal)]);
  }

  /** Ends everything that is under way; the own devices go on. No event comes. */
  cancel() {
    this.#run.abort();
    this.#run = new AbortController();
    this.#media.removeEventListener('change', this.#mediaChanged);
    this.#ice = null;
    this.call?.close();
    this.call = null;
  }

  /** @returns {Findings} */
  get #findings() {
    const { loss } = this.call?.figures ?? {};
    return {
      ...this.#found, mic: this.#media.mic, camera: this.#media.camera, silent: this.call?.silent ?? false,
      loss: this.call?.measured && loss ? Math.max(loss.in ?? 0, loss.out ?? 0) : 0,
    };
  }

  /** @param {AbortSignal} signal */
  #trySignaling(signal) {
    const options = { url: this.#url, WebSocket: this.#WebSocket, now: this.#now, clock: this.#clock, signal };
    return this.#try(signal, () => probeSignaling(options), (signaling) => ({ ...this.#found, signaling }));
  }

  /** @param {AbortSignal} signal */
  async #tryWays(signal) {
    const ice = await this.#inquire(signal);
    if (!ice) return;
    /** @param {RTCIceServer[]} iceServers */
    const probe = (iceServers) => () => probeRoute({
      iceServers, offer: this.#offer, RTCPeerConnection: this.#RTCPeerConnection, now: this.#now, clock: this.#clock, signal,
    });
    const tried = [this.#try(signal, probe([]), (direct) => ({ ...this.#found, direct }))];
    for (const transport of TRANSPORTS) {
      const servers = withAddresses(ice, (each) => each === transport);
      if (servers.length === 0) continue;
      tried.push(this.#try(signal, probe(servers), (outcome) => (
        { ...this.#found, relay: { ...this.#found.relay, [transport]: outcome } }
      )));
    }
    this.#ice = ice;
    this.#dial(ice);
    await Promise.all(tried);
  }

  /**
   * Asks the server which relays there are.
   * @param {AbortSignal} signal
   * @returns {Promise<RTCIceServer[]|null>} null when no way can be tried
   */
  async #inquire(signal) {
    try {
      if (!this.#RTCPeerConnection) throw new ProbeError('no-webrtc');
      const late = () => new ProbeError('closed');
      const { ice, relay } = await within(INFO_MS, { clock: this.#clock, signal, late }, (end) => checkInfo(this.#fetch, end));
      const urls = (/** @type {RelayTransport} */ transport) => withAddresses(ice, (each) => each === transport);
      const relays = Object.fromEntries(TRANSPORTS.map((each) => [each, urls(each).length > 0 ? WAITING : null]));
      this.#found = { ...this.#found, reports: relay ?? [], relay: /** @type {any} */ (relays), answered: true };
      return ice;
    } catch (error) {
      if (signal.aborted) return null;
      const failed = failure(error);
      const answered = failed.error !== 'closed' && failed.error !== 'no-webrtc';
      this.#found = { ...this.#found, answered, direct: failed, relay: { udp: failed, tcp: failed, tls: failed } };
      this.#changed();
      return null;
    }
  }

  /**
   * @param {AbortSignal} signal
   * @param {() => Promise<ProbeResult>} probe
   * @param {(outcome: Outcome) => Found} note
   */
  async #try(signal, probe, note) {
    this.#note(note({ state: 'running' }));
    /** @type {Outcome} */
    const outcome = await probe().then((result) => ({ state: 'ok', ...result }), failure);
    if (!signal.aborted) this.#note(note(outcome));
  }

  /** Calls anew with the devices there are. @param {RTCIceServer[]} iceServers */
  #dial(iceServers) {
    const sources = this.#sources;
    if (!sources.audio && !sources.video) return;
    this.call?.close();
    this.call = null;
    const call = this.#newCall(iceServers);
    if (!call) return;
    call.addEventListener('change', () => this.#changed());
    this.call = call;
    call.start(sources);
  }

  /** @param {RTCIceServer[]} iceServers @returns {TestCall|null} null where the browser refuses these servers */
  #newCall(iceServers) {
    try {
      return new TestCall({
        iceServers, offer: this.#offer, RTCPeerConnection: this.#RTCPeerConnection, clock: this.#clock,
      });
    } catch {
      return null;
    }
  }

  get #sources() {
    return { audio: this.#media.mic.track, video: this.#media.camera.track };
  }

  /** @param {string} sdp @param {AbortSignal} signal */
  #offer = (sdp, signal) => callServer(sdp, this.#fetch, signal);

  #mediaChanged = () => {
    if (this.#ice && !this.call?.send(this.#sources)) this.#dial(this.#ice);
    this.#changed();
  };

  /** @param {Found} found */
  #note(found) {
    this.#found = found;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** @returns {Found} */
function nothing() {
  return {
    signaling: WAITING, direct: WAITING, relay: { udp: WAITING, tcp: WAITING, tls: WAITING }, reports: [], answered: false,
  };
}

/** @param {any} error @returns {Outcome} */
function failure(error) {
  return { state: 'failed', error: typeof error?.code === 'string' ? error.code : 'unknown' };
}
