import { callAPI, posted } from './api.js';

/** @typedef {{name: string, topic: string, peers: number, created: string}} PublicRoom */
/**
 * @typedef {{exists: boolean, peers: number, locked: boolean, lobby: boolean, hasPassword: boolean, open: boolean,
 *   token: boolean}} RoomInfo `open`: whether one may come and so make it; `token`: whether nobody comes in without one
 */
/** @import { Clock } from './connection.js' */

const RETRY_MS = 5_000;

/**
 * The live list of public rooms. Event `rooms`: detail is a {@link PublicRoom} array, once at the start and once per
 * change. A broken connection heals by itself.
 */
class RoomWatch extends EventTarget {
  #EventSource;
  #clock;
  /** @type {EventSource|null} */
  #source = null;
  /** @type {any} */
  #retryTimer;

  /**
   * @param {typeof globalThis.EventSource} EventSource
   * @param {Clock} clock
   */
  constructor(EventSource, clock) {
    super();
    this.#EventSource = EventSource;
    this.#clock = clock;
  }

  connect() {
    this.disconnect();
    const source = new this.#EventSource('/api/rooms/events');
    this.#source = source;
    source.onmessage = ({ data }) => {
      this.dispatchEvent(new CustomEvent('rooms', { detail: JSON.parse(data).rooms }));
    };
    // An EventSource reconnects by itself unless it was refused with a status (HTML, section 9.2.2).
    source.onerror = () => {
      if (source.readyState !== this.#EventSource.CLOSED) return;
      this.#retryTimer = this.#clock.setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  disconnect() {
    this.#clock.clearTimeout(this.#retryTimer);
    this.#source?.close();
    this.#source = null;
  }
}

/**
 * @param {object} [options]
 * @param {typeof globalThis.EventSource} [options.EventSource]
 * @param {Clock} [options.clock]
 * @returns {RoomWatch} not connected yet
 */
export function watchRooms({ EventSource = globalThis.EventSource, clock = globalThis } = {}) {
  return new RoomWatch(EventSource, clock);
}

/**
 * Makes a room and answers its host key, which `join` takes as `host`.
 * @param {{name?: string, topic?: string, public?: boolean}} settings
 * @param {typeof globalThis.fetch} [fetch]
 * @returns {Promise<{room: import('./protocol.js').Room, hostKey: string}>} rejects with ProtocolError, code
 *   `room-exists` when there is one of that name
 */
export function makeRoom(settings, fetch = (...args) => globalThis.fetch(...args)) {
  return callAPI(fetch, '/api/rooms', posted(settings));
}

/**
 * What anyone may know about a room before joining it.
 * @param {string} name
 * @param {typeof globalThis.fetch} [fetch]
 * @returns {Promise<RoomInfo>} rejects with ProtocolError
 */
export function roomInfo(name, fetch = (...args) => globalThis.fetch(...args)) {
  const headers = { Accept: 'application/json' }; // the room `events`, not the stream of that path
  return callAPI(fetch, `/api/rooms/${encodeURIComponent(name)}`, { headers });
}

const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';
const SYLLABLES = 10;

/**
 * A room name nobody guesses (60 random bits) that can be read aloud, like `kavo-tuni-rimi-sola-bidu`.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array} [random] fills the array with random bytes
 */
export function proposeRoomName(random = (bytes) => crypto.getRandomValues(bytes)) {
  let name = '';
  for (const [i, byte] of random(new Uint8Array(SYLLABLES)).entries()) {
    if (i > 0 && i % 2 === 0) name += '-';
    name += CONSONANTS[byte & 15] + VOWELS[(byte >> 4) & 3];
  }
  return name;
}
