import { ProbeError, RoundTrips, within } from './probe.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { ProbeResult } from './probe.js' */

/** How long all of it may take. */
export const ROUTE_MS = 9_000;
/** What a relay says when it has nothing left to give (RFC 8656, section 19). */
const QUOTA_REACHED = new Set([486, 508]);
/** What no relay says: the browser got no answer (W3C WebRTC 1.0, RTCPeerConnectionIceErrorEvent). */
const UNREACHED = 701;

/**
 * Looks whether messages come back from the server over one way.
 * @param {object} options
 * @param {RTCIceServer[]} options.iceServers of the relay to go by; none: directly
 * @param {(sdp: string, signal: AbortSignal) => Promise<string>} options.offer calls the server and gives its answer
 * @param {typeof globalThis.RTCPeerConnection} options.RTCPeerConnection
 * @param {() => number} options.now milliseconds
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal
 * @returns {Promise<ProbeResult>} rejects as `offer` does, or with {@link ProbeError}: `unreached` (the relay did not
 *   answer), `quota` or `refused` (it did, with that), `blind` (it gave an address, but nothing came over it), `no-route`
 */
export async function probeRoute({ iceServers, offer, RTCPeerConnection, now, ...limits }) {
  const relayed = iceServers.length > 0;
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: relayed ? 'relay' : 'all' });
  const gathering = new Gathering(pc, relayed);
  const failed = () => new ProbeError(gathering.fault);
  const fails = new Promise((_, reject) => {
    gathering.ended(() => reject(failed()));
    pc.onconnectionstatechange = () => pc.connectionState === 'failed' && reject(failed());
  });
  const connects = async (/** @type {AbortSignal} */ signal) => {
    const comesBack = messagesReturn(pc, now);
    await pc.setLocalDescription();
    await pc.setRemoteDescription({ type: 'answer', sdp: await offer(pc.localDescription?.sdp ?? '', signal) });
    return comesBack;
  };
  try {
    return await within(ROUTE_MS, { ...limits, late: failed }, (signal) => Promise.race([connects(signal), fails]));
  } finally {
    pc.close();
  }
}

/** @param {RTCPeerConnection} pc @param {() => number} now @returns {Promise<any>} */
function messagesReturn(pc, now) {
  const channel = pc.createDataChannel('check', { ordered: true });
  return new Promise((resolve) => {
    const trips = new RoundTrips({ now, done: resolve, send: () => channel.send('ping') });
    channel.onopen = () => trips.next();
    channel.onmessage = () => trips.back();
  });
}

/** What a connection learns of its relay. */
class Gathering {
  #relayed;
  #pc;
  #address = false;
  /** What the relay answered, if it was not an address. */
  #refusal = 0;

  /** @param {RTCPeerConnection} pc @param {boolean} relayed */
  constructor(pc, relayed) {
    this.#pc = pc;
    this.#relayed = relayed;
    pc.onicecandidate = ({ candidate }) => { this.#address ||= candidate?.type === 'relay'; };
    pc.onicecandidateerror = ({ errorCode }) => {
      if (errorCode !== UNREACHED) this.#refusal = errorCode;
    };
  }

  /** Why there is no connection, as far as that can be known. */
  get fault() {
    if (!this.#relayed) return 'no-route';
    if (this.#address) return 'blind';
    if (QUOTA_REACHED.has(this.#refusal)) return 'quota';
    return this.#refusal ? 'refused' : 'unreached';
  }

  /** @param {() => void} without called when all is gathered, without an address of the relay */
  ended(without) {
    this.#pc.onicegatheringstatechange = () => {
      if (this.#pc.iceGatheringState === 'complete' && this.#relayed && !this.#address) without();
    };
  }
}
