import { SenderParameters } from './sender-parameters.js';

/** @typedef {'audio'|'camera'|'screen'|'screenAudio'} TrackKind */
/** @typedef {Record<TrackKind, MediaStreamTrack|null>} Tracks */
/** @typedef {import('./sending.js').Encodings} Encodings */

/** In the order of the m-lines. @type {readonly TrackKind[]} */
export const KINDS = ['audio', 'camera', 'screen', 'screenAudio'];

/** @param {TrackKind} kind */
const isSound = (kind) => kind === 'audio' || kind === 'screenAudio';

/** The transceivers of one RTCPeerConnection, one of each kind, and what is sent over them. */
export class Transceivers {
  #pc;
  #failed;
  /** Sound and picture of one stream are played in step by the receiver (RFC 8830, msid). @type {MediaStream|undefined} */
  #ownStream;
  /** @type {MediaStream|undefined} */
  #screenStream;
  #audioOnly;
  /** @type {Tracks} */
  #tracks = { audio: null, camera: null, screen: null, screenAudio: null };
  #parameters;

  /**
   * @param {RTCPeerConnection} pc
   * @param {object} options
   * @param {boolean} options.audioOnly no pictures, neither way
   * @param {ReadonlyMap<TrackKind, MediaStreamTrack|null>} options.tracks what is sent from the start
   * @param {(error: unknown) => void} options.failed called when a track could not be sent
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   */
  constructor(pc, { audioOnly, tracks, failed, MediaStream }) {
    this.#pc = pc;
    this.#audioOnly = audioOnly;
    for (const [kind, track] of tracks) this.#tracks[kind] = track;
    this.#failed = failed;
    this.#ownStream = MediaStream && new MediaStream();
    this.#screenStream = MediaStream && new MediaStream();
    this.#parameters = new SenderParameters((kind) => this.#of(kind)?.sender, failed);
  }

  /** Whether pictures go neither way, by the will of either side. */
  get audioOnly() {
    return this.#audioOnly || this.#of('camera')?.currentDirection === 'inactive';
  }

  /** Makes one of each kind. */
  add() {
    for (const kind of KINDS) {
      this.#pc.addTransceiver(this.#tracks[kind] ?? (isSound(kind) ? 'audio' : 'video'), {
        direction: this.#direction(kind), streams: this.#streams(kind),
      });
    }
  }

  /** Takes those that the other side's offer made: with the tracks there are. */
  async take() {
    await Promise.all(KINDS.map(async (kind) => {
      const transceiver = this.#of(kind);
      if (!transceiver || transceiver.direction === this.#direction(kind)) return;
      transceiver.direction = this.#direction(kind);
      transceiver.sender.setStreams?.(...this.#streams(kind));
      if (this.#tracks[kind]) await transceiver.sender.replaceTrack(this.#tracks[kind]);
    }));
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

  /** Sends within these bounds from now on, or from the first negotiation on. @param {Encodings} encodings */
  setEncodings(encodings) {
    this.#parameters.set(encodings);
  }

  /** To be called after each negotiation, before which little can be set. */
  negotiated() {
    this.#parameters.negotiated();
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

  /**
   * Camera and screen are the first and second m-line of video, audio and the screen's sound those of audio. Not every
   * client has the last.
   * @param {TrackKind} kind
   * @returns {RTCRtpTransceiver|undefined}
   */
  #of(kind) {
    const media = isSound(kind) ? 'audio' : 'video';
    const all = this.#pc.getTransceivers().filter(({ receiver }) => receiver.track.kind === media);
    return all[kind === 'audio' || kind === 'camera' ? 0 : 1];
  }

  /** @param {TrackKind} kind @returns {RTCRtpTransceiverDirection} */
  #direction(kind) {
    return this.#audioOnly && !isSound(kind) ? 'inactive' : 'sendrecv';
  }

  /** @param {TrackKind} kind */
  #streams(kind) {
    const stream = kind === 'audio' || kind === 'camera' ? this.#ownStream : this.#screenStream;
    return stream ? [stream] : [];
  }
}
