/** @import { LeaveReason, Peer } from './net/protocol.js' */

/** Everyone in the room. Their coming, going and renaming is noted in the transcript, the own one is not. */
export class Members {
  /** Oneself included, by id. @type {Map<string, Peer>} */
  peers = new Map();

  #you = '';
  #transcript;

  /** @param {import('./chat/transcript.js').Transcript} transcript */
  constructor(transcript) {
    this.#transcript = transcript;
  }

  /**
   * @param {string} you the own peer id
   * @param {Peer[]} peers
   */
  load(you, peers) {
    this.#you = you;
    this.peers = new Map(peers.map((peer) => [peer.id, peer]));
  }

  /** @param {Peer} peer */
  joined(peer) {
    if (this.peers.has(peer.id)) return;
    this.peers.set(peer.id, peer);
    this.#transcript.notice('joined', peer.name);
  }

  /**
   * @param {string} id
   * @param {LeaveReason} reason
   */
  left(id, reason) {
    const peer = this.peers.get(id);
    if (!peer) return;
    this.peers.delete(id);
    this.#transcript.notice(reason === 'lost' ? 'lost' : 'left', peer.name);
  }

  /** @param {Peer} peer */
  changed(peer) {
    const before = this.peers.get(peer.id);
    if (!before) return;
    this.peers.set(peer.id, peer);
    if (peer.name === before.name || peer.id === this.#you) return;
    this.#transcript.notice('renamed', before.name, peer.name);
  }
}
