/** The data channel that every connection has, under this label and id, without its being announced (RFC 8832, section 4). */
export const LABEL = 'moim';
const ID = 0;
/** The longest message, characters. */
export const MAX_MESSAGE = 4_096;
/** More messages of the other side within a second are dropped. */
export const MAX_RATE = 50;
/** Channels beside that one which the other side may have open at once. */
export const MAX_CHANNELS = 64;

/**
 * What the two pages of a connection say to each other, JSON objects in one data channel; and the channels that either
 * of them opens beside it.
 *
 * Events: `open`; `message` (detail: the object); `channel` (detail: an RTCDataChannel the other side has opened).
 */
export class PeerChannel extends EventTarget {
  #pc;
  #now;
  /** @type {RTCDataChannel|null} */
  #channel = null;
  #second = 0;
  #count = 0;
  #others = 0;

  /**
   * @param {RTCPeerConnection} pc
   * @param {() => number} [now] milliseconds of any clock
   */
  constructor(pc, now = () => performance.now()) {
    super();
    this.#pc = pc;
    this.#now = now;
    pc.ondatachannel = ({ channel }) => this.#opened(channel);
  }

  get isOpen() {
    return this.#channel?.readyState === 'open';
  }

  /** Makes the channel: before the first offer, or when an offer has a place for it. */
  begin() {
    if (this.#channel) return;
    const channel = this.#pc.createDataChannel(LABEL, { negotiated: true, id: ID });
    this.#channel = channel;
    channel.onopen = () => this.dispatchEvent(new Event('open'));
    channel.onmessage = ({ data }) => this.#received(data);
  }

  /** Takes an offer of the other side. @param {string} sdp */
  offered(sdp) {
    if (sdp.split(/^(?=m=)/m).some(hasPlace)) this.begin();
  }

  /** Says something, if it can be said now. @param {object} message */
  tell(message) {
    if (!this.isOpen) return;
    try {
      this.#channel?.send(JSON.stringify(message));
    } catch {
      return; // the connection ends just now
    }
  }

  /** @param {string} label @returns {RTCDataChannel|null} null while there is no connection for it */
  open(label) {
    return this.isOpen ? this.#pc.createDataChannel(label) : null;
  }

  /** @param {unknown} data */
  #received(data) {
    if (typeof data !== 'string' || data.length > MAX_MESSAGE || !this.#admit()) return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (typeof message !== 'object' || message === null || Array.isArray(message)) return;
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  #admit() {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) [this.#second, this.#count] = [second, 0];
    this.#count++;
    return this.#count <= MAX_RATE;
  }

  /** @param {RTCDataChannel} channel */
  #opened(channel) {
    if (this.#others >= MAX_CHANNELS) {
      channel.close();
      return;
    }
    this.#others++;
    channel.addEventListener('close', () => this.#others--);
    this.dispatchEvent(new CustomEvent('channel', { detail: channel }));
  }
}

/**
 * Whether a section of an offer is one of data channels that is not refused. Port 0 is no refusal where the section goes
 * with the others alone (RFC 9143, section 6).
 * @param {string} section
 */
function hasPlace(section) {
  return /^m=application [1-9]/.test(section) || (section.startsWith('m=application 0') && /^a=bundle-only\s*$/m.test(section));
}
