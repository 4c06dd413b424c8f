import { SignalQueue } from './signal-queue.js';

/** @typedef {'audio'|'camera'|'screen'} TrackKind */
/** @typedef {'connecting'|'connected'|'disconnected'|'failed'|'closed'} LinkState */
/** @typedef {'rejected'|'no-route'|'no-answer'} FailReason */
/** @typedef {Record<TrackKind, MediaStreamTrack|null>} Tracks */
/** @import { Clock } from '../net/connection.js' */
/**
 * @typedef {{type: 'offer'|'answer', sdp: string}|{type: 'candidate', candidate: RTCIceCandidateInit|null}} Signal
 *   what goes to the other side, by whatever way
 */

/** In the order of the m-lines. @type {TrackKind[]} */
const KINDS = ['audio', 'camera', 'screen'];

/** What the camera may send, bit/s. */
const CAMERA_MAX_BITRATE = 1_200_000;

/** How long connecting may take before it counts as failed. */
export const CONNECT_PATIENCE_MS = 30_000;

/** How many candidates are kept until there is a description. */
export const MAX_EARLY_CANDIDATES = 100;

/**
 * One RTCPeerConnection to one peer, by perfect negotiation (W3C WebRTC 1.0, section 10.7). The impolite side makes the
 * three transceivers and the first offer; from then on either side may renegotiate.
 *
 * Events: `state`; `track` (detail `{kind, track}`: a remote track has come); `fault` (detail: the Error of a signal
 * that could not be applied, or is more than a well-behaved peer sends, or of a track that could not be sent).
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
  remote = /** @type {Tracks} */ ({ audio: null, camera: null, screen: null });

  #polite;
  #send;
  #pc;
  /** @type {MediaStream|undefined} */
  #stream;
  /** @type {Tracks} */
  #tracks = { audio: null, camera: null, screen: null };
  #makingOffer = false;
  #ignoreOffer = false;
  #queue = new SignalQueue((error) => this.#fault(error));
  #clock;
  /** @type {any} */
  #patience;
  /** Candidates that came before any description. @type {(RTCIceCandidateInit|null)[]} */
  #early = [];

  /**
   * @param {object} options
   * @param {boolean} options.polite exactly one of the two sides is
   * @param {RTCIceServer[]} options.iceServers
   * @param {(signal: Signal) => void} options.send
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   * @param {Clock} [options.clock]
   */
  constructor({
    polite, iceServers, send,
    RTCPeerConnection = globalThis.RTCPeerConnection, MediaStream = globalThis.MediaStream, clock = globalThis,
  }) {
    super();
    this.#polite = polite;
    this.#send = send;
    this.#clock = clock;
    this.#pc = new RTCPeerConnection({ iceServers });
    // Sound and picture of one stream are played in step by the receiver (RFC 8830, msid).
    this.#stream = MediaStream && new MediaStream();
    this.#pc.onnegotiationneeded = () => this.#negotiate();
    this.#pc.onicecandidate = ({ candidate }) => {
      this.#send({ type: 'candidate', candidate: candidate && candidate.toJSON() });
    };
    this.#pc.ontrack = ({ track, transceiver }) => this.#tracked(track, transceiver);
    this.#pc.onconnectionstatechange = () => this.#connectionChanged();
    if (!polite) this.#addTransceivers();
    this.#awaitConnection();
  }

  /**
   * Sends this track as that kind from now on, or nothing. Never renegotiates.
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    if (this.#tracks[kind] === track) return;
    this.#tracks[kind] = track;
    const sender = this.#transceiver(kind)?.sender;
    sender?.replaceTrack(track).catch((error) => this.#fault(error));
  }

  /**
   * Takes what the other side sent, in the order it was sent.
   * @param {Signal} signal
   * @returns {Promise<void>} when it is applied or was ignored; never rejects
   */
  receive(signal) {
    if (signal.type === 'candidate') {
      return this.#queue.add('candidates', () => this.#addCandidate(signal.candidate));
    }
    const { type, sdp } = signal;
    return this.#queue.add('descriptions', () => this.#takeDescription({ type, sdp }));
  }

  /** Ends the connection; the last `state` event comes before this returns. */
  close() {
    if (this.state === 'closed') return;
    this.#pc.close();
    this.#setState('closed');
  }

  #addTransceivers() {
    for (const kind of KINDS) {
      const streams = this.#streams(kind);
      this.#pc.addTransceiver(kind === 'audio' ? 'audio' : 'video', { direction: 'sendrecv', streams });
    }
  }

  async #negotiate() {
    this.#makingOffer = true;
    try {
      await this.#pc.setLocalDescription();
      this.#sendDescription();
    } catch (error) {
      this.#rejected(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  /** @param {{type: 'offer'|'answer', sdp: string}} description */
  async #takeDescription(description) {
    const { type } = description;
    const collision = type === 'offer' && (this.#makingOffer || this.#pc.signalingState !== 'stable');
    this.#ignoreOffer = !this.#polite && collision;
    if (this.#ignoreOffer) return;
    try {
      await this.#setRemote(description);
    } catch (error) {
      this.#rejected(error);
      return;
    }
    for (const candidate of this.#early.splice(0)) await this.#addCandidate(candidate);
    await this.#limitCamera();
  }

  /** @param {{type: 'offer'|'answer', sdp: string}} description */
  async #setRemote(description) {
    const sections = description.sdp.match(/^m=/gm)?.length ?? 0;
    if (sections > KINDS.length) throw new RangeError(`${sections} m-lines`);
    await this.#pc.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    await this.#takeTransceivers();
    await this.#pc.setLocalDescription();
    this.#sendDescription();
  }

  /** @param {RTCIceCandidateInit|null} candidate */
  async #addCandidate(candidate) {
    if (!this.#pc.remoteDescription) {
      if (this.#early.length >= MAX_EARLY_CANDIDATES) throw new RangeError('too many early candidates');
      if (!this.#ignoreOffer) this.#early.push(candidate);
      return;
    }
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch (error) {
      if (!this.#ignoreOffer) this.#fault(error);
    }
  }

  /** Answers with the transceivers the offer made: all of them both ways, with the tracks there are. */
  async #takeTransceivers() {
    for (const kind of KINDS) {
      const transceiver = this.#transceiver(kind);
      if (!transceiver || transceiver.direction === 'sendrecv') continue;
      transceiver.direction = 'sendrecv';
      transceiver.sender.setStreams?.(...this.#streams(kind));
      await transceiver.sender.replaceTrack(this.#tracks[kind]);
    }
  }

  /** @param {TrackKind} kind */
  #streams(kind) {
    return this.#stream && kind !== 'screen' ? [this.#stream] : [];
  }

  /** Audio is the first audio m-line; camera and screen are the first and second of video. @param {TrackKind} kind */
  #transceiver(kind) {
    const all = this.#pc.getTransceivers();
    if (kind === 'audio') return all.find(({ receiver }) => receiver.track.kind === 'audio');
    return all.filter(({ receiver }) => receiver.track.kind === 'video')[kind === 'camera' ? 0 : 1];
  }

  async #limitCamera() {
    const sender = this.#transceiver('camera')?.sender;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings[0];
    if (!sender || !parameters || !encoding || encoding.maxBitrate === CAMERA_MAX_BITRATE) return;
    encoding.maxBitrate = CAMERA_MAX_BITRATE;
    await sender.setParameters(parameters);
  }

  #sendDescription() {
    const description = this.#pc.localDescription;
    if (description?.type !== 'offer' && description?.type !== 'answer') return;
    this.#send({ type: description.type, sdp: description.sdp });
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {RTCRtpTransceiver} transceiver
   */
  #tracked(track, transceiver) {
    const kind = KINDS.find((candidate) => this.#transceiver(candidate) === transceiver);
    if (!kind) return;
    this.remote[kind] = track;
    this.dispatchEvent(new CustomEvent('track', { detail: { kind, track } }));
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
      this.#setState('failed', this.#pc.remoteDescription ? 'no-route' : 'no-answer');
    }, CONNECT_PATIENCE_MS);
  }

  /** Without both descriptions there is nothing to go on with. @param {unknown} error */
  #rejected(error) {
    this.#fault(error);
    if (!this.#pc.remoteDescription || !this.#pc.localDescription) this.#setState('failed', 'rejected');
  }

  /** @param {unknown} error */
  #fault(error) {
    if (this.state !== 'closed') this.dispatchEvent(new CustomEvent('fault', { detail: error }));
  }
}
