import { ProtocolError } from './net/protocol.js';
import { rightsOf } from './rights.js';

/** @import { ClientMessage, KnockEndedMessage, Peer, RoomSettings, ServerMessage } from './net/protocol.js' */

/**
 * What hosts may do, who asks them to be let in, and what they do to oneself. Event `change`. Promises reject with a
 * {@link ProtocolError}, e.g. `forbidden`.
 */
export class Hosting extends EventTarget {
  /** Those who wait to be let in, by id, under the names they are shown; who has waited longest first. @type {Map<string, Peer>} */
  knocks = new Map();
  /** Name of the host who muted one, empty where it is not known; null once one has unmuted. @type {string|null} */
  mutedBy = null;

  /** What one may do; null: everything. @type {ReadonlySet<string>|null} */
  #rights = null;
  #request;
  #names;

  /**
   * @param {object} options
   * @param {(message: ClientMessage) => Promise<ServerMessage>} options.request
   * @param {import('./namesakes.js').Namesakes} options.names
   */
  constructor({ request, names }) {
    super();
    this.#request = request;
    this.#names = names;
  }

  /** @param {string|undefined} token with which one comes in */
  comeWith(token) {
    this.#rights = rightsOf(token);
  }

  /** Whether one may do something, which of hosts' things only hosts may. @param {import('./rights.js').HostRight | import('./rights.js').GuestRight} right */
  may(right) {
    return this.#rights?.has(right) ?? true;
  }

  /** Changes what is given. @param {RoomSettings} settings */
  async set(settings) {
    await this.#request({ type: 'set-room', ...settings });
  }

  /** Has somebody's page mute itself. @param {string} id */
  async mute(id) {
    await this.#request({ type: 'mute', peer: id });
  }

  /** @param {string} id @param {{ban?: boolean}} [options] `ban`: for as long as the room lives */
  async remove(id, { ban = false } = {}) {
    await this.#request({ type: 'kick', peer: id, ...(ban && { ban }) });
  }

  /** @param {string} id of one who waits */
  admit(id) {
    return this.#answer('admit', id);
  }

  /** @param {string} id of one who waits */
  decline(id) {
    return this.#answer('reject', id);
  }

  /** Lets all in who wait now, until one cannot come in. */
  async admitAll() {
    for (const id of [...this.knocks.keys()]) await this.admit(id);
  }

  /** @param {Peer} peer who asks to be let in */
  knocked(peer) {
    this.knocks.set(peer.id, { ...peer, name: this.#names.add(peer) });
    this.#changed();
  }

  /** @param {KnockEndedMessage} ended */
  knockEnded({ peer: id, reason }) {
    if (!this.knocks.delete(id)) return;
    if (reason !== 'admitted') this.#names.remove(id);
    this.#changed();
  }

  /** @param {string|null} name of the host who muted one; null: one has unmuted */
  muted(name) {
    if (this.mutedBy === name) return;
    this.mutedBy = name;
    this.#changed();
  }

  /** Starts over: the server tells a host anew who waits. */
  restart() {
    if (this.knocks.size === 0 && this.mutedBy === null) return;
    for (const id of this.knocks.keys()) this.#names.remove(id);
    this.knocks.clear();
    this.mutedBy = null;
    this.#changed();
  }

  /** Somebody else may have answered, or they have gone. @param {'admit'|'reject'} type @param {string} id */
  async #answer(type, id) {
    try {
      await this.#request({ type, peer: id });
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'no-such-peer') throw error;
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
