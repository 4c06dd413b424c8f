import { Mesh } from './rtc/mesh.js';

/** @import { CandidateMessage, DescriptionMessage, JoinedMessage } from './net/protocol.js' */
/** @import { LocalMedia } from './rtc/local-media.js' */
/** @import { Participant } from './rtc/peer-link.js' */
/** @import { Remote, View } from './rtc/mesh.js' */

/**
 * The connections to the others, as one membership follows another: what is sent to them and shown of them outlasts
 * the mesh that carries it.
 *
 * Events are those of {@link Mesh}: `change`, `trouble`, `message`, `channel`; and `connected` (detail `{peer}`): there
 * is a connection to that peer that was not there before.
 */
export class Others extends EventTarget {
  #media;
  #options;
  /** @type {Mesh|null} */
  #mesh = null;
  /** What the page shows of each peer, by id. @type {Map<string, View>} */
  #views = new Map();
  #speaking = false;
  /** To whom there is a connection. @type {Set<string>} */
  #connected = new Set();

  /**
   * @param {object} options
   * @param {LocalMedia} options.media
   * @param {ConstructorParameters<typeof Mesh>[0]['send']} options.send
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   * @param {import('./net/connection.js').Clock} [options.clock]
   */
  constructor({ media, ...options }) {
    super();
    this.#media = media;
    this.#options = options;
  }

  /** Leaves everyone and connects to these. @param {Pick<JoinedMessage, 'you'|'peers'|'ice'>} joined */
  begin({ you, peers, ice }) {
    this.end();
    const mesh = new Mesh({ you, iceServers: ice, ...this.#options });
    for (const type of ['change', 'trouble', 'message', 'channel']) {
      mesh.addEventListener(type, (event) => this.#pass(mesh, /** @type {CustomEvent} */ (event)));
    }
    this.#mesh = mesh;
    mesh.setSpeaking(this.#speaking);
    this.setTracks();
    this.reconcile(peers);
  }

  end() {
    this.#mesh?.close();
    this.#mesh = null;
    this.#connected.clear();
  }

  /** What comes from the others, by id. @returns {Map<string, Remote>} */
  get remote() {
    return this.#mesh?.remote ?? new Map();
  }

  /** Whether there is a relay to go by where nothing goes directly. */
  get hasRelay() {
    return this.#mesh?.hasRelay ?? false;
  }

  /** As of {@link Mesh}. @param {string} id */
  async stats(id) {
    return (await this.#mesh?.stats(id)) ?? null;
  }

  /** @param {Participant} peer */
  add(peer) {
    this.#mesh?.add(peer);
    const view = this.#views.get(peer.id);
    if (view) this.#mesh?.setView(peer.id, view);
  }

  /** @param {Participant} peer */
  update(peer) {
    this.#mesh?.update(peer);
  }

  /** @param {string} id */
  remove(id) {
    this.#mesh?.remove(id);
    this.#views.delete(id);
    this.#connected.delete(id);
  }

  /** As of {@link Mesh}. @param {Participant[]} peers */
  reconcile(peers) {
    for (const peer of peers) this.add(peer);
  }

  /** @param {DescriptionMessage|CandidateMessage} message */
  receive(message) {
    this.#mesh?.receive(message);
  }

  /** @param {RTCIceServer[]} iceServers */
  setIceServers(iceServers) {
    this.#mesh?.setIceServers(iceServers);
  }

  /** @param {boolean} up */
  setSignaling(up) {
    this.#mesh?.setSignaling(up);
  }

  networkChanged() {
    this.#mesh?.networkChanged();
  }

  /** Sends what the own devices give now. */
  setTracks() {
    const { mic, camera, screen } = this.#media;
    this.#mesh?.setTrack('audio', mic.track);
    this.#mesh?.setTrack('camera', camera.track);
    this.#mesh?.setTrack('screen', screen.track);
    this.#mesh?.setTrack('screenAudio', screen.audio);
  }

  /** @param {string} id @param {View} view what the page shows of them */
  setView(id, view) {
    this.#views.set(id, view);
    this.#mesh?.setView(id, view);
  }

  /** @param {boolean} speaking whether the own voice is heard */
  setSpeaking(speaking) {
    this.#speaking = speaking;
    this.#mesh?.setSpeaking(speaking);
  }

  /** Tries at once to heal the connection to a peer. @param {string} id */
  retry(id) {
    this.#mesh?.retry(id);
  }

  /** As of {@link Mesh}. @param {object} data @param {string} [id] */
  tell(data, id) {
    this.#mesh?.tell(data, id);
  }

  /**
   * @param {string} id
   * @param {string} label
   * @returns {RTCDataChannel|null} null where there is no connection
   */
  openChannel(id, label) {
    return this.#mesh?.openChannel(id, label) ?? null;
  }

  /** @param {Mesh} mesh @param {CustomEvent} event */
  #pass(mesh, event) {
    if (mesh !== this.#mesh) return;
    this.dispatchEvent(new CustomEvent(event.type, { detail: event.detail }));
    if (event.type === 'change') this.#noteConnection(event.detail.peer);
  }

  /** @param {string} id */
  #noteConnection(id) {
    const connected = this.remote.get(id)?.state === 'connected';
    if (connected === this.#connected.has(id)) return;
    if (!connected) {
      this.#connected.delete(id);
      return;
    }
    this.#connected.add(id);
    this.dispatchEvent(new CustomEvent('connected', { detail: { peer: id } }));
  }
}
