import { Negotiation } from './negotiation.js';
import { PeerChannel } from './peer-channel.js';
import { readingOf } from './reading.js';
import { Transceivers } from './transceivers.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { Reading } from './reading.js' */
/** @import { Encodings, TrackKind, Tracks } from './transceivers.js' */
/** @typedef {import('./negotiation.js').Signal} Signal */
/** @typedef {'connecting'|'connected'|'disconnected'|'failed'|'closed'} LinkState */
/** @typedef {'rejected'|'no-route'|'no-answer'} FailReason */
/**
 * @typedef {object} LinkOptions
 * @property {boolean} polite exactly one of the two sides is
 * @property {boolean} [begin] makes the transceivers and the first offer; the impolite side does, unless told
 * @property {boolean} [audioOnly] as of `setAudioOnly`, from the start
 * @property {ReadonlyMap<TrackKind, MediaStreamTrack|null>} [tracks] what is sent from the start
 * @property {ReadonlySet<string>} [former] fingerprints of connections of the other side that are no longer used
 * @property {RTCIceServer[]} iceServers
 * @property {RTCIceTransportPolicy} [policy] which candidates are used
 * @property {(signal: Signal) => void} send
 * @property {(candidate: RTCIceCandidate) => void} [gathered] called with each own candidate
 * @property {typeof globalThis.RTCPeerConnection} [RTCPeerConnection]
 * @property {typeof globalThis.MediaStream} [MediaStream]
 * @property {Clock} [clock]
 */

/** How long connecting may take before it counts as failed. */
export const CONNECT_PATIENCE_MS = 15_000;

/**
 * One RTCPeerConnection to one peer. The side that begins makes the transceivers and the first offer; from then
 * on either side may renegotiate.
 *
 * Events: `state` (also when `audioOnly` is another); those of {@link Negotiation} and of its `channel`; `track` (detail `{kind, track}`: a
 * remote track has come); `fault` (detail: the Error of a signal that could not be applied, or is more than a
 * well-behaved peer sends, or of what could not be set).
 */
export class Link extends EventTarget {
  /** @type {LinkState} */
  state = 'connecting';
  /**
   * Why `state` is `failed`, otherwise null: a description that cannot be used, no route for media, or nothing heard
   * from the other side.
   * @type {FailReason|null}
   */
  reason = null;
  /** The other side's tracks. They stay from the first negotiation on; presence tells whether they carry anything. */
  remote = /** @type {Tracks} */ ({ audio: null, camera: null, screen: null, screenAudio: null });
  /** What the two pages say to each other. */
  channel;

  #pc;
  #transceivers;
  #negotiation;
  #audioOnly;
  #clock;
  /** @type {any} */
  #patience;

  /** @param {LinkOptions} options */
  constructor({
    polite, begin = !polite, audioOnly = false, tracks = new Map(), former = new Set(), iceServers, policy = 'all', send, gathered,
    RTCPeerConnection = globalThis.RTCPeerConnection, MediaStream = globalThis.MediaStream, clock = globalThis,
  }) {
    super();
    this.#clock = clock;
    this.#audioOnly = audioOnly;
    this.#pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: policy, bundlePolicy: 'max-bundle' });
    const fault = (/** @type {unknown} */ error) => this.#fault(error);
    this.channel = new PeerChannel(this.#pc);
    this.#transceivers = new Transceivers(this.#pc, { audioOnly, tracks, failed: fault, MediaStream });
    this.#negotiation = new Negotiation({
      pc: this.#pc, transceivers: this.#transceivers, polite, begin, former, send, gathered, fault,
      taken: (sdp) => this.channel.offered(sdp),
      rejected: () => this.#setState('failed', 'rejected'),
    });
    for (const type of ['offering', 'offered', 'answered', 'ignored']) {
      this.#negotiation.addEventListener(type, () => {
        this.#tellAudioOnly();
        this.dispatchEvent(new Event(type));
      });
    }
    this.#pc.ontrack = ({ track, transceiver }) => this.#tracked(track, transceiver);
    this.#pc.onconnectionstatechange = () => this.#connectionChanged();
    if (begin) {
      this.#transceivers.add();
      this.channel.begin();
      this.#negotiation.begin();
    }
    this.#awaitConnection();
  }

  /** Whether the other side has said anything about itself. */
  get heard() {
    return this.#negotiation.heard;
  }

  /** Whether an own offer waits for its answer. */
  get offering() {
    return this.#negotiation.offering;
  }

  /** Whether all is said and media may flow. */
  get settled() {
    return this.state === 'connected' && this.#negotiation.stable;
  }

  /** Whether pictures go neither way, by the will of either side. */
  get audioOnly() {
    return this.#transceivers.audioOnly;
  }

  /** Fingerprint of the other side's connection; empty before anything was heard. */
  get fingerprint() {
    return this.#negotiation.fingerprint;
  }

  /**
   * Sends this track as that kind from now on, or nothing. Never renegotiates.
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    this.#transceivers.setTrack(kind, track);
  }

  /** Sends within these bounds from now on. @param {Encodings} encodings */
  setEncodings(encodings) {
    this.#transceivers.setEncodings(encodings);
  }

  /** Sends and takes pictures no more, or again. @param {boolean} audioOnly */
  setAudioOnly(audioOnly) {
    this.#transceivers.setAudioOnly(audioOnly);
    this.#tellAudioOnly();
  }

  /**
   * Which servers and candidates are used; takes effect with the next ICE restart.
   * @param {RTCIceServer[]} iceServers
   * @param {RTCIceTransportPolicy} policy
   */
  setIce(iceServers, policy) {
    try {
      this.#pc.setConfiguration({ iceServers, iceTransportPolicy: policy });
    } catch (error) {
      this.#fault(error);
    }
  }

  /** Looks for new ways for the media, once an offer that is pending has its answer. */
  restartIce() {
    this.#pc.restartIce();
  }

  /** As of {@link Negotiation}. @returns {Promise<void>} */
  renegotiate() {
    return this.#negotiation.renegotiate();
  }

  /** As of {@link Negotiation}. @param {Signal} signal */
  receive(signal) {
    return this.#negotiation.receive(signal);
  }

  /** All the browser counts (W3C WebRTC Statistics). @returns {Promise<import('./figures.js').Report>} */
  async stats() {
    return /** @type {any} */ (await this.#pc.getStats());
  }

  /** What has come in so far, and how it goes. @returns {Promise<Reading>} */
  async read() {
    return readingOf(await this.stats(), (track) => this.#transceivers.kind(track));
  }

  /** Ends the connection; the last `state` event comes before this returns. */
  close() {
    if (this.state === 'closed') return;
    this.#pc.close();
    this.#setState('closed');
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {RTCRtpTransceiver} transceiver
   */
  #tracked(track, transceiver) {
    const kind = this.#transceivers.kind(transceiver);
    if (!kind) return;
    this.remote[kind] = track;
    this.dispatchEvent(new CustomEvent('track', { detail: { kind, track } }));
  }

  #tellAudioOnly() {
    if (this.audioOnly === this.#audioOnly) return;
    this.#audioOnly = this.audioOnly;
    this.dispatchEvent(new Event('state'));
  }

  #connectionChanged() {
    const { connectionState } = this.#pc;
    if (connectionState === 'failed') this.#setState('failed', 'no-route');
    else this.#setState(connectionState === 'new' ? 'connecting' : connectionState);
  }

  /**
   * @param {LinkState} state
   * @param {FailReason|null} [reason]
   */
  #setState(state, reason = null) {
    if (this.state === 'closed' || (state === this.state && reason === this.reason)) return;
    this.state = state;
    this.reason = reason;
    this.#awaitConnection();
    this.dispatchEvent(new Event('state'));
  }

  #awaitConnection() {
    this.#clock.clearTimeout(this.#patience);
    if (this.state !== 'connecting') return;
    this.#patience = this.#clock.setTimeout(() => {
      this.#setState('failed', this.heard ? 'no-route' : 'no-answer');
    }, CONNECT_PATIENCE_MS);
  }

  /** @param {unknown} error */
  #fault(error) {
    if (this.state !== 'closed') this.dispatchEvent(new CustomEvent('fault', { detail: error }));
  }
}
