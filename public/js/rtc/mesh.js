import { PeerLink } from './peer-link.js';
import { Relays, hasRelay } from './relays.js';
import { Upload } from './upload.js';

/** @import { CandidateMessage, DescriptionMessage } from '../net/protocol.js' */
/** @import { Signal } from './link.js' */
/** @import { Participant } from './peer-link.js' */
/** @import { TrackKind } from './transceivers.js' */
/** @typedef {import('./remote.js').Remote} Remote */
/** @typedef {import('./sending.js').View} View */

/**
 * A connection to every other peer of the room, each healed when media are lost.
 *
 * Events: `change` (detail `{peer}`): what comes from that peer is another. `trouble`: media were lost somewhere, so
 * signaling may be lost too. `message` (detail `{peer, data}`): the page of that peer says an object. `channel` (detail
 * `{peer, channel}`): it has opened an RTCDataChannel.
 */
export class Mesh extends EventTarget {
  /** What comes from each peer, by id; a new object after every change. @type {Map<string, Remote>} */
  remote = new Map();

  #you;
  #send;
  #options;
  #iceServers;
  #relays = new Relays();
  #signaling = true;
  /** @type {Map<string, PeerLink>} */
  #links = new Map();
  /** @type {Map<TrackKind, MediaStreamTrack|null>} */
  #tracks = new Map();
  /** What the page shows of each peer, by id. @type {Map<string, View>} */
  #views = new Map();
  #upload;

  /**
   * @param {object} options
   * @param {string} options.you the own peer id
   * @param {RTCIceServer[]} options.iceServers
   * @param {(signal: Signal & {to: string}) => void} options.send
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ you, send, iceServers, ...options }) {
    super();
    this.#you = you;
    this.#send = send;
    this.#iceServers = iceServers;
    this.#options = options;
    this.#upload = new Upload({ links: this.#links, tracks: this.#tracks, clock: options.clock });
  }

  /**
   * Connects to a peer. To one that is known by the same instance the connection is kept, and negotiated anew unless
   * it is both stable and connected. Where the browser refuses a connection, that peer's state is `failed`, `rejected`.
   * @param {Participant} peer
   */
  add(peer) {
    if (peer.id === this.#you) return;
    const known = this.#links.get(peer.id);
    if (known && known.instance === peer.instance) {
      known.reconcile(peer);
      return;
    }
    known?.close();
    const link = new PeerLink({
      ...this.#options,
      peer,
      polite: this.#you > peer.id,
      signaling: this.#signaling,
      tracks: this.#tracks,
      iceServers: this.#relays.choose(this.#iceServers),
      gathered: (candidate) => this.#relays.gathered(candidate),
      send: (signal) => this.#send({ ...signal, to: peer.id }),
    });
    this.#links.set(peer.id, link);
    this.remote.set(peer.id, link.remote);
    link.addEventListener('change', () => this.#changed(peer.id, link));
    link.addEventListener('trouble', () => this.#troubled());
    link.addEventListener('shown', () => this.#upload.viewChanged());
    link.addEventListener('reading', () => this.#upload.read(peer.id, link.reading));
    link.addEventListener('message', (event) => this.#told('message', peer.id, { data: detailOf(event) }));
    link.addEventListener('channel', (event) => this.#told('channel', peer.id, { channel: detailOf(event) }));
    const view = this.#views.get(peer.id);
    if (view) link.setView(view);
    this.#upload.changed();
    if (known) this.dispatchEvent(new CustomEvent('change', { detail: { peer: peer.id } }));
  }

  /** Takes the new presence of a peer; another instance is connected to anew. @param {Participant} peer */
  update(peer) {
    const link = this.#links.get(peer.id);
    if (!link) return;
    if (link.instance === peer.instance) link.update(peer);
    else this.add(peer);
  }

  /** @param {string} id */
  remove(id) {
    this.#links.get(id)?.close();
    this.#links.delete(id);
    this.remote.delete(id);
    this.#views.delete(id);
    this.#upload.forget(id);
  }

  /**
   * After signals may have been lost. Connections to peers that are not named are left alone.
   * @param {Participant[]} peers who is in the room
   */
  reconcile(peers) {
    for (const peer of peers) this.add(peer);
  }

  /** While signaling is down nothing is tried that could not reach the others. @param {boolean} up */
  setSignaling(up) {
    this.#signaling = up;
    for (const link of this.#links.values()) link.setSignaling(up);
  }

  /** The own address is another: all connections look for new ways, as soon as signaling is up. */
  networkChanged() {
    this.#askAll();
    for (const link of this.#links.values()) link.networkChanged();
  }

  /** @param {RTCIceServer[]} iceServers for connections and ICE restarts from now on */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    const chosen = this.#relays.choose(iceServers);
    for (const link of this.#links.values()) link.setIceServers(chosen);
  }

  /** Whether there is a TURN server to go by. */
  get hasRelay() {
    return hasRelay(this.#iceServers);
  }

  /** Says what the page shows of a peer, so that no more is sent. @param {string} id @param {View} view */
  setView(id, view) {
    this.#views.set(id, view);
    this.#links.get(id)?.setView(view);
  }

  /** @param {boolean} speaking whether the own voice is heard */
  setSpeaking(speaking) {
    this.#upload.setSpeaking(speaking);
  }

  /** Tries at once to heal the connection to a peer. @param {string} id */
  retry(id) {
    this.#links.get(id)?.retry();
  }

  /**
   * Says something to the page of a peer, or of all, as far as there are connections now.
   * @param {object} data
   * @param {string} [id]
   */
  tell(data, id) {
    for (const [peer, link] of this.#links) if (id === undefined || peer === id) link.tell(data);
  }

  /**
   * @param {string} id
   * @param {string} label
   * @returns {RTCDataChannel|null} null where there is no connection
   */
  openChannel(id, label) {
    return this.#links.get(id)?.openChannel(label) ?? null;
  }

  /**
   * All the browser counts of the connection to a peer (W3C WebRTC Statistics).
   * @param {string} id
   * @returns {Promise<import('./figures.js').Report|null>} null where there is no connection
   */
  async stats(id) {
    return (await this.#links.get(id)?.stats()) ?? null;
  }

  /**
   * Hands a signal to the link it is for. Signals of peers that were never added, or are gone, are dropped.
   * @param {DescriptionMessage|CandidateMessage} message
   * @returns {Promise<void>} when it is applied
   */
  async receive(message) {
    await this.#links.get(message.from)?.receive(signalOf(message));
  }

  /**
   * Sends this track to everyone, also to those who come later.
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    this.#tracks.set(kind, track);
    for (const link of this.#links.values()) link.setTrack(kind, track);
    this.#upload.changed();
  }

  close() {
    this.#upload.stop();
    for (const id of [...this.#links.keys()]) this.remove(id);
  }

  /** What was known of the way to the relays may be wrong: they are all asked again. */
  #askAll() {
    this.#relays.forget();
    for (const link of this.#links.values()) link.setIceServers(this.#iceServers);
  }

  #troubled() {
    this.#askAll();
    this.dispatchEvent(new Event('trouble'));
  }

  /**
   * @param {string} id
   * @param {PeerLink} link
   */
  #changed(id, link) {
    if (this.#links.get(id) !== link) return;
    const { state } = this.remote.get(id) ?? {};
    this.remote.set(id, link.remote);
    if (state !== link.remote.state) this.#upload.changed();
    this.dispatchEvent(new CustomEvent('change', { detail: { peer: id } }));
  }

  /** @param {'message'|'channel'} type @param {string} peer @param {object} detail */
  #told(type, peer, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail: { peer, ...detail } }));
  }
}

/** @param {Event} event @returns {any} */
const detailOf = (event) => /** @type {CustomEvent} */ (event).detail;

/** @param {DescriptionMessage|CandidateMessage} message @returns {Signal} */
function signalOf(message) {
  if (message.type === 'candidate') return { type: 'candidate', candidate: message.candidate };
  return { type: message.type, sdp: message.sdp };
}
