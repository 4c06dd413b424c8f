import { Namesakes } from './namesakes.js';

/** @import { LeaveReason, Peer } from './net/protocol.js' */
/** @import { Clock } from './net/connection.js' */

/** How long somebody who seems to be lost may take to come back before that is said. */
export const LINGER_MS = 20_000;

/**
 * Everyone in the room. Their coming, going and renaming is noted in the transcript, the own one is not. Event `gone`
 * (detail `{id}`): somebody who lingered has not come back.
 */
export class Members extends EventTarget {
  /** Oneself included, by id, under the names they are shown. Those who linger are `away`. @type {Map<string, Peer>} */
  peers = new Map();
  /** Ids of those whose hand is raised, in the order it was seen to be. @type {string[]} */
  hands = [];

  #you = '';
  #names;
  #transcript;
  #clock;
  /** Timers of those who linger, by id. @type {Map<string, any>} */
  #lingering = new Map();
  /** Those of them whom the server gave up, and who stay for what still comes from them. @type {Set<string>} */
  #givenUp = new Set();

  /**
   * @param {object} options
   * @param {import('./chat/transcript.js').Transcript} options.transcript
   * @param {Namesakes} [options.names]
   * @param {Clock} [options.clock]
   */
  constructor({ transcript, names = new Namesakes(), clock = globalThis }) {
    super();
    this.#names = names;
    this.#transcript = transcript;
    this.#clock = clock;
  }

  /**
   * Starts over.
   * @param {string} you the own peer id
   * @param {Peer[]} peers
   */
  load(you, peers) {
    this.hold();
    this.#lingering.clear();
    this.#givenUp.clear();
    this.#you = you;
    this.#names.clear();
    // Nobody can tell who took a name first; a host did not take that of a guest.
    for (const peer of [...peers].sort((a, b) => rank(a) - rank(b))) this.#names.add(peer);
    this.peers = new Map(peers.map((peer) => [peer.id, this.#shown(peer)]));
    this.#count();
  }

  /**
   * Takes what a later snapshot says. Who is missing in it lingers.
   * @param {Peer[]} peers
   */
  reconcile(peers) {
    const present = new Set(peers.map(({ id }) => id));
    for (const peer of peers) this.joined(peer);
    for (const id of this.peers.keys()) if (!present.has(id)) this.#linger(id);
  }

  /** @param {Peer} peer of whom nothing is noted if they were here, or lingered */
  joined(peer) {
    if (this.changed(peer)) return;
    const shown = this.#shown(peer);
    this.peers.set(peer.id, shown);
    this.#count();
    this.#transcript.notice('joined', shown.name);
  }

  /**
   * @param {string} id
   * @param {LeaveReason} reason
   * @param {boolean} [lingers] whether something still comes from them, so that they may well come back
   * @returns {boolean} whether they are gone now
   */
  left(id, reason, lingers = false) {
    if (lingers && this.peers.has(id)) {
      this.#linger(id);
      this.#givenUp.add(id);
      return false;
    }
    this.#remove(id, reason);
    return true;
  }

  /**
   * @param {Peer} peer
   * @returns {boolean} whether they are known
   */
  changed(peer) {
    const before = this.peers.get(peer.id);
    if (!before) return false;
    this.#clock.clearTimeout(this.#lingering.get(peer.id));
    this.#lingering.delete(peer.id);
    this.#givenUp.delete(peer.id);
    const renamed = peer.name !== this.#names.given(peer.id);
    const shown = this.#shown(peer);
    this.peers.set(peer.id, shown);
    this.#count();
    if (renamed && peer.id !== this.#you) this.#transcript.notice('renamed', before.name, shown.name);
    return true;
  }

  /** @param {string} id @returns {boolean} whether the server does not know them, and they may well come back */
  lingers(id) {
    return this.#lingering.has(id);
  }

  /** Nothing comes from them any more. @param {string} id */
  fellSilent(id) {
    if (this.#givenUp.has(id)) this.#lose(id);
  }

  /** Lets those who linger do so until `release`, as nobody can come back while oneself is away. */
  hold() {
    for (const timer of this.#lingering.values()) this.#clock.clearTimeout(timer);
  }

  /** Begins their time anew. */
  release() {
    for (const id of [...this.#lingering.keys()]) this.#linger(id);
  }

  /** @param {string} id */
  #linger(id) {
    const peer = this.peers.get(id);
    if (!peer) return;
    this.#clock.clearTimeout(this.#lingering.get(id));
    this.peers.set(id, { ...peer, away: true });
    this.#lingering.set(id, this.#clock.setTimeout(() => this.#lose(id), LINGER_MS));
  }

  /** @param {string} id */
  #lose(id) {
    this.#remove(id, 'lost');
    this.dispatchEvent(new CustomEvent('gone', { detail: { id } }));
  }

  /**
   * @param {string} id
   * @param {LeaveReason} reason
   */
  #remove(id, reason) {
    this.#clock.clearTimeout(this.#lingering.get(id));
    this.#lingering.delete(id);
    this.#givenUp.delete(id);
    const peer = this.peers.get(id);
    if (!peer) return;
    this.peers.delete(id);
    this.#names.remove(id);
    this.#count();
    this.#transcript.notice(reason === 'kicked' ? 'removed' : reason, peer.name);
  }

  /** @param {Peer} peer @returns {Peer} */
  #shown(peer) {
    const name = this.#names.add(peer);
    return name === peer.name ? peer : { ...peer, name };
  }

  /** Takes the raised hands as they are now. */
  #count() {
    const raised = [...this.peers.values()].filter(({ hand }) => hand).map(({ id }) => id);
    const stay = this.hands.filter((id) => raised.includes(id));
    this.hands = [...stay, ...raised.filter((id) => !stay.includes(id))];
  }
}

/** @param {Peer} peer */
const rank = ({ role }) => (role === 'host' ? 0 : 1);
