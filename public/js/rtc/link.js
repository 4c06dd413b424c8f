/** @typedef {'audio'|'camera'|'screen'} TrackKind */
/** @typedef {'connecting'|'connected'|'disconnected'|'failed'|'closed'} LinkState */
/** @typedef {Record<TrackKind, MediaStreamTrack|null>} Tracks */
/**
 * @typedef {{type: 'offer'|'answer', sdp: string}|{type: 'candidate', candidate: RTCIceCandidateInit|null}} Signal
 *   what goes to the other side, by whatever way
 */

/** In the order of the m-lines. @type {TrackKind[]} */
const KINDS = ['audio', 'camera', 'screen'];

/** What the camera may send, bit/s. */
const CAMERA_MAX_BITRATE = 1_200_000;

/**
 * One RTCPeerConnection to one peer, by perfect negotiation (W3C WebRTC 1.0, section 10.7). The impolite side makes the
 * three transceivers and the first offer; from then on either side may renegotiate.
 *
 * Events: `state`; `track` (detail `{kind, track}`: a remote track has come); `fault` (detail: the Error of a signal
 * that could not be applied, or of a track that could not be sent).
 */
export class Link extends EventTarget {
  /** @type {LinkState} */
  state = 'connecting';
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
  #isSettingRemoteAnswerPending = false;
  #queue = Promise.resolve();
  /** Candidates that came before any description. @type {(RTCIceCandidateInit|null)[]} */
  #early = [];

  /**
   * @param {object} options
   * @param {boolean} options.polite exactly one of the two sides is
   * @param {RTCIceServer[]} options.iceServers
   * @param {(signal: Signal) => void} options.send
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   */
  constructor({
    polite, iceServers, send,
    RTCPeerConnection = globalThis.RTCPeerConnection, MediaStream = globalThis.MediaStream,
  }) {
    super();
    this.#polite = polite;
    this.#send = send;
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
    if (sender) this.#guard(sender.replaceTrack(track));
  }

  /**
   * Takes what the other side sent, in the order it was sent.
   * @param {Signal} signal
   * @returns {Promise<void>} when it is applied or was ignored; never rejects
   */
  receive(signal) {
    const { type } = signal;
    if (type === 'candidate') {
      const ignored = this.#ignoreOffer;
      return this.#enqueue(() => this.#addCandidate(signal.candidate, ignored));
    }
    if (type === 'offer') {
      const readyForOffer = !this.#makingOffer
        && (this.#pc.signalingState === 'stable' || this.#isSettingRemoteAnswerPending);
      this.#ignoreOffer = !this.#polite && !readyForOffer;
      if (this.#ignoreOffer) return Promise.resolve();
    } else {
      this.#ignoreOffer = false;
    }
    this.#isSettingRemoteAnswerPending = type === 'answer';
    return this.#enqueue(() => this.#setRemote({ type, sdp: signal.sdp }));
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
      this.#fault(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  /** @param {{type: 'offer'|'answer', sdp: string}} description */
  async #setRemote(description) {
    try {
      await this.#pc.setRemoteDescription(description);
    } catch (error) {
      if (!this.#pc.remoteDescription) this.#setState('failed');
      throw error;
    } finally {
      if (description.type === 'answer') this.#isSettingRemoteAnswerPending = false;
    }
    if (description.type === 'offer') {
      await this.#takeTransceivers();
      await this.#pc.setLocalDescription();
      this.#sendDescription();
    }
    for (const candidate of this.#early.splice(0)) await this.#addCandidate(candidate, false);
    await this.#limitCamera();
  }

  /**
   * @param {RTCIceCandidateInit|null} candidate
   * @param {boolean} ignored whether it belongs to an offer that was ignored
   */
  async #addCandidate(candidate, ignored) {
    if (!this.#pc.remoteDescription) {
      if (!ignored) this.#early.push(candidate);
      return;
    }
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch (error) {
      if (!ignored) this.#fault(error);
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
    this.#setState(connectionState === 'new' ? 'connecting' : connectionState);
  }

  /** @param {LinkState} state */
  #setState(state) {
    if (state === this.state || this.state === 'closed') return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  /** @param {() => Promise<void>} step */
  #enqueue(step) {
    this.#queue = this.#guard(this.#queue.then(step));
    return this.#queue;
  }

  /** @param {Promise<void>} promise */
  #guard(promise) {
    return promise.catch((error) => this.#fault(error));
  }

  /** @param {unknown} error */
  #fault(error) {
    if (this.state !== 'closed') this.dispatchEvent(new CustomEvent('fault', { detail: error }));
  }
}
