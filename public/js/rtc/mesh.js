import { Link } from './link.js';

/** @import { CandidateMessage, DescriptionMessage } from '../net/protocol.js' */
/** @import { FailReason, LinkState, Signal, TrackKind, Tracks } from './link.js' */
/** @typedef {Tracks & {state: LinkState, reason: FailReason|null}} Remote `reason`: why `state` is `failed` */

/**
 * A Link to every other peer of the room. Event `change` (detail `{peer}`): that peer's link has another state or
 * another track.
 */
export class Mesh extends EventTarget {
  /** By peer id. @type {Map<string, Link>} */
  links = new Map();
  /** What comes from each peer, by id; a new object after every change. @type {Map<string, Remote>} */
  remote = new Map();

  #you;
  #send;
  #linkOptions;
  /** @type {Map<TrackKind, MediaStreamTrack|null>} */
  #tracks = new Map();

  /**
   * @param {object} options
   * @param {string} options.you the own peer id
   * @param {RTCIceServer[]} options.iceServers
   * @param {(signal: Signal & {to: string}) => void} options.send
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ you, send, ...linkOptions }) {
    super();
    this.#you = you;
    this.#send = send;
    this.#linkOptions = linkOptions;
  }

  /**
   * Connects to a peer; nothing happens when there is a link to it already. Where the browser refuses a connection,
   * that peer's state is `failed`, `rejected`.
   * @param {string} peer
   */
  add(peer) {
    if (peer === this.#you || this.links.has(peer)) return;
    try {
      this.links.set(peer, this.#connect(peer));
      this.#update(peer);
    } catch {
      this.remote.set(peer, { audio: null, camera: null, screen: null, state: 'failed', reason: 'rejected' });
    }
  }

  /** @param {string} peer */
  #connect(peer) {
    const link = new Link({
      ...this.#linkOptions,
      polite: this.#you > peer,
      send: (signal) => this.#send({ ...signal, to: peer }),
    });
    for (const [kind, track] of this.#tracks) link.setTrack(kind, track);
    for (const type of ['state', 'track']) {
      link.addEventListener(type, () => {
        this.#update(peer);
        this.dispatchEvent(new CustomEvent('change', { detail: { peer } }));
      });
    }
    return link;
  }

  /** @param {string} peer */
  #update(peer) {
    const link = this.links.get(peer);
    if (link) this.remote.set(peer, { ...link.remote, state: link.state, reason: link.reason });
  }

  /** @param {string} peer */
  remove(peer) {
    const link = this.links.get(peer);
    this.links.delete(peer);
    this.remote.delete(peer);
    link?.close();
  }

  /**
   * Hands a signal to the link it is for. Signals of peers that were never added, or are gone, are dropped.
   * @param {DescriptionMessage|CandidateMessage} message
   * @returns {Promise<void>} when it is applied
   */
  async receive(message) {
    await this.links.get(message.from)?.receive(message);
  }

  /**
   * Sends this track to everyone, also to those who come later.
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    this.#tracks.set(kind, track);
    for (const link of this.links.values()) link.setTrack(kind, track);
  }

  close() {
    for (const peer of [...this.links.keys()]) this.remove(peer);
  }
}
