/** @typedef {'audio'|'camera'|'screen'} TrackKind */
/** @typedef {Record<TrackKind, MediaStreamTrack|null>} Tracks */

/** In the order of the m-lines. @type {readonly TrackKind[]} */
export const KINDS = ['audio', 'camera', 'screen'];

/** What the camera may send, bit/s. */
const CAMERA_MAX_BITRATE = 1_200_000;

/** The three transceivers of one RTCPeerConnection, and what is sent over them. */
export class Transceivers {
  #pc;
  #failed;
  /** Sound and picture of one stream are played in step by the receiver (RFC 8830, msid). */
  #stream;
  #audioOnly;
  /** @type {Tracks} */
  #tracks = { audio: null, camera: null, screen: null };

  /**
   * @param {RTCPeerConnection} pc
   * @param {object} options
   * @param {boolean} options.audioOnly no pictures, neither way
   * @param {(error: unknown) => void} options.failed called when a track could not be sent
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   */
  constructor(pc, { audioOnly, failed, MediaStream }) {
    this.#pc = pc;
    this.#audioOnly = audioOnly;
    this.#failed = failed;
    this.#stream = MediaStream && new MediaStream();
  }

  /** Whether pictures go neither way, by the will of either side. */
  get audioOnly() {
    return this.#audioOnly || this.#of('camera')?.currentDirection === 'inactive';
  }

  /** Makes the three. */
  add() {
    for (const kind of KINDS) {
      this.#pc.addTransceiver(kind === 'audio' ? 'audio' : 'video', {
        direction: this.#direction(kind), streams: this.#streams(kind),
      });
    }
  }

  /** Takes those that the other side's offer made: with the tracks there are. */
  async take() {
    for (const kind of KINDS) {
      const transceiver = this.#of(kind);
      if (!transceiver || transceiver.direction === this.#direction(kind)) continue;
      transceiver.direction = this.#direction(kind);
      transceiver.sender.setStreams?.(...this.#streams(kind));
      await transceiver.sender.replaceTrack(this.#tracks[kind]);
    }
  }

  /**
   * Sends this track as that kind from now on, or nothing. Never renegotiates.
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    if (this.#tracks[kind] === track) return;
    this.#tracks[kind] = track;
    this.#of(kind)?.sender.replaceTrack(track).catch(this.#failed);
  }

  /** Sends and takes pictures no more, or again; that needs a negotiation. @param {boolean} audioOnly */
  setAudioOnly(audioOnly) {
    this.#audioOnly = audioOnly;
    for (const kind of KINDS) {
      const transceiver = this.#of(kind);
      if (transceiver && transceiver.direction !== this.#direction(kind)) transceiver.direction = this.#direction(kind);
    }
  }

  /** Caps what the camera sends; possible once it is negotiated. */
  async limitCamera() {
    const sender = this.#of('camera')?.sender;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings[0];
    if (!sender || !parameters || !encoding || encoding.maxBitrate === CAMERA_MAX_BITRATE) return;
    encoding.maxBitrate = CAMERA_MAX_BITRATE;
    await sender.setParameters(parameters);
  }

  /**
   * What comes in over a transceiver or, by its id, as a track.
   * @param {RTCRtpTransceiver|string} which
   * @returns {TrackKind|undefined}
   */
  kind(which) {
    return KINDS.find((kind) => {
      const transceiver = this.#of(kind);
      return transceiver && (transceiver === which || transceiver.receiver.track.id === which);
    });
  }

  /** Audio is the first audio m-line; camera and screen are the first and second of video. @param {TrackKind} kind */
  #of(kind) {
    const all = this.#pc.getTransceivers();
    if (kind === 'audio') return all.find(({ receiver }) => receiver.track.kind === 'audio');
    return all.filter(({ receiver }) => receiver.track.kind === 'video')[kind === 'camera' ? 0 : 1];
  }

  /** @param {TrackKind} kind @returns {RTCRtpTransceiverDirection} */
  #direction(kind) {
    return this.#audioOnly && kind !== 'audio' ? 'inactive' : 'sendrecv';
  }

  /** @param {TrackKind} kind */
  #streams(kind) {
    return this.#stream && kind !== 'screen' ? [this.#stream] : [];
  }
}
