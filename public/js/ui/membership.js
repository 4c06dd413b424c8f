/**
 * The token of a membership in a room, and the peer id it stands for; `left`: when its page was left, in milliseconds
 * since the epoch, as far as known.
 * @typedef {{token: string, you: string, left?: number}} Membership
 */

/** After so long the room of a membership that was left may have been forgotten, in milliseconds; a restart of the server is over. */
const RECENT_MS = 5 * 60_000;

/** Whether whoever has it may be on the way back into a call that goes on. @param {Membership} membership @param {number} now */
export const isRecent = ({ left }, now) => left === undefined || now - left < RECENT_MS;

/** How long the page before a reload may take to let go, in milliseconds. */
export const PATIENCE_MS = 1_000;

/**
 * Keeps a membership to one tab: a tab and its duplicate remember the same token, and would throw each other out
 * (Web Locks API, section 3). Where there are no locks, the token may be used.
 */
export class MembershipLock {
  #locks;
  #clock;
  /** Lets go of what is held. @type {(() => void) | null} */
  #release = null;
  #name = '';

  /**
   * @param {object} [options]
   * @param {LockManager | null} [options.locks]
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ locks = globalThis.navigator?.locks ?? null, clock = globalThis } = {}) {
    this.#locks = locks;
    this.#clock = clock;
  }

  /**
   * Takes the place of one peer, and lets go of any other.
   * @param {string} room @param {string} peer
   * @returns {Promise<boolean>} false when another tab holds it
   */
  async take(room, peer) {
    const name = `moim.${room.normalize('NFC').toLowerCase()}.${peer}`;
    if (this.#release && this.#name === name) return true;
    this.release();
    this.#name = name;
    if (!this.#locks) return true;
    const waiting = new AbortController();
    const timer = this.#clock.setTimeout(() => waiting.abort(), PATIENCE_MS);
    const held = await this.#hold(this.#locks, name, waiting.signal);
    this.#clock.clearTimeout(timer);
    return held;
  }

  release() {
    this.#release?.();
    this.#release = null;
  }

  /** @param {LockManager} locks @param {string} name @param {AbortSignal} signal @returns {Promise<boolean>} */
  #hold(locks, name, signal) {
    return new Promise((resolve) => {
      const asked = locks.request(name, { signal }, () => {
        resolve(true);
        return new Promise((release) => (this.#release = () => release(undefined)));
      });
      asked.catch(() => resolve(false));
    });
  }
}

/**
 * What was remembered of a membership.
 * @param {string | null} json
 * @returns {Membership | null} null where it is not what was written
 */
export function readMembership(json) {
  try {
    const { token, you, left } = JSON.parse(json ?? '');
    if (typeof token !== 'string' || !token || typeof you !== 'string' || !you) return null;
    return typeof left === 'number' ? { token, you, left } : { token, you };
  } catch {
    return null;
  }
}
