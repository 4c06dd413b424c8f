/** @import { FakePeerConnection } from './peer-connection.js' */
import { FakeTrack } from './media.js';

/** @typedef {'sendrecv'|'sendonly'|'recvonly'|'inactive'} Direction */
/** @typedef {{mid: string, kind: 'audio'|'video', direction: Direction, msids: string[]}} Section */
/** @typedef {{ufrag: string, sections: Section[], data?: boolean}} Session what the fake's sdp holds, as JSON in its first line */
/** @typedef {{type: 'offer'|'answer', sdp: string}} Description */

/** @param {Description|null} description @returns {Session|null} */
export function session(description) {
  return description && JSON.parse(description.sdp.split('\r\n')[0]);
}

/** @param {Session} content @param {string} fingerprint of a DTLS certificate */
export function sdp(content, fingerprint) {
  return `${JSON.stringify(content)}\r\na=ice-ufrag:${content.ufrag}\r\na=fingerprint:sha-256 ${fingerprint}\r\n${
    content.data ? 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n' : ''}`;
}

/** @param {boolean} send @param {boolean} receive @returns {Direction} */
export function direction(send, receive) {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** @param {Direction} d */
export const sends = (d) => d === 'sendrecv' || d === 'sendonly';
/** @param {Direction} d */
export const receives = (d) => d === 'sendrecv' || d === 'recvonly';
/** What the one side may do when the other side offers `offered`. @param {Direction} own @param {Direction} offered */
export const answered = (own, offered) => direction(sends(own) && receives(offered), receives(own) && sends(offered));

class FakeSender {
  /** @type {any} */
  track = null;
  /** @type {any[]} */
  streams = [];
  parameters = { encodings: [/** @type {any} */ ({})] };
  /** Tracks it was given, in order. @type {any[]} */
  replaced = [];
  #pc;

  /** @param {FakePeerConnection} pc */
  constructor(pc) {
    this.#pc = pc;
  }

  /** @param {any} track */
  replaceTrack(track) {
    return this.#pc.chain(async () => {
      this.track = track;
      this.replaced.push(track);
    });
  }

  /** @param {any[]} streams */
  setStreams(...streams) {
    this.streams = streams;
    this.#pc.updateNegotiationNeeded();
  }

  getParameters() {
    return structuredClone(this.parameters);
  }

  /** @param {any} parameters */
  async setParameters(parameters) {
    this.parameters = parameters;
  }
}

export class FakeTransceiver {
  /** @type {string|null} */
  mid = null;
  /** @type {Direction|null} */
  currentDirection = null;
  fired = false;
  receiver;
  sender;
  #direction;
  #pc;

  /**
   * @param {FakePeerConnection} pc
   * @param {'audio'|'video'} kind
   * @param {Direction} direction
   */
  constructor(pc, kind, direction) {
    this.#pc = pc;
    this.#direction = direction;
    this.kind = kind;
    this.receiver = { track: new FakeTrack(kind) };
    this.sender = new FakeSender(pc);
  }

  get direction() {
    return this.#direction;
  }

  set direction(direction) {
    this.#direction = direction;
    this.#pc.updateNegotiationNeeded();
  }
}
