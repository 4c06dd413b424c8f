import { isStored, isUnsent } from './entry.js';
import { Notices } from './notices.js';

/** @import { ChatMessage } from '../net/protocol.js' */
/** @import { Entry, MessageEntry, NoticeEntry, StoredEntry } from './entry.js' */
/** @import { OwnLines } from './own-lines.js' */
/**
 * A changed entry may have moved, one both removed and added stays. Own unsent lines are told as changed, too, while
 * the window is detached and does not have them.
 * @typedef {{added: Entry[], changed: Entry[], removed: Entry[]}} TranscriptChange
 */

/** @returns {TranscriptChange} */
const noChange = () => ({ added: [], changed: [], removed: [] });

/**
 * The part of a room's messages that is held here, without gaps: stored messages in the order of `n`, notices where
 * they happened, then the own lines on their way. While it is detached (`newer`) it has no own unsent lines, and no
 * notice that happened after its last message. What changes it returns the change.
 */
export class Window {
  /** @type {Entry[]} */
  entries = [];
  /** Whether older messages than the first exist. */
  more = false;
  /** Whether newer messages than the last exist. */
  newer = false;
  /** The greatest `n` known of the room; 0 without any. */
  newest = 0;

  #own;
  /** The stored ones. @type {Map<number, StoredEntry>} */
  #byN = new Map();
  #notices = new Notices();

  /** @param {OwnLines} own */
  constructor(own) {
    this.#own = own;
  }

  /** The least `n` in it, null without any. */
  get first() {
    return this.entries.find(isStored)?.n ?? null;
  }

  /** The greatest `n` in it, null without any. */
  get last() {
    return this.entries.findLast(isStored)?.n ?? null;
  }

  /** @param {number} n */
  at(n) {
    return this.#byN.get(n);
  }

  /** Forgets which messages and notices there are, but not what is in it. */
  reset() {
    this.newest = 0;
    this.#notices.clear();
  }

  /**
   * Holds these messages instead.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   * @param {boolean} newer
   */
  view(messages, more, newer) {
    const removed = this.entries;
    this.entries = [];
    this.#byN.clear();
    this.#notices.hideAll();
    const page = this.#take(messages, noChange());
    const low = more ? page[0]?.n ?? 0 : 0;
    const high = newer ? page.at(-1)?.n ?? 0 : Infinity;
    this.entries = [...this.#notices.weave(page, low, high), ...(newer ? [] : this.#own.unsent)];
    this.more = more;
    this.newer = newer;
    return { ...noChange(), added: [...this.entries], removed };
  }

  /**
   * Adds the messages right before the first.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} more
   */
  prepend(messages, more) {
    const change = noChange();
    const high = this.first ?? Infinity;
    const page = this.#take(messages, change);
    const added = this.#notices.weave(page, more ? page[0]?.n ?? high : 0, high);
    this.entries.splice(0, 0, ...added);
    this.more = more;
    return { ...change, added: added.filter((entry) => !change.changed.includes(entry)) };
  }

  /**
   * Adds the messages right after the last, while detached.
   * @param {ChatMessage[]} messages oldest first
   * @param {boolean} newer false: it reaches the present now
   */
  append(messages, newer) {
    const change = noChange();
    const low = this.last ?? 0;
    const page = this.#take(messages, change);
    const added = this.#notices.weave(page, low, newer ? page.at(-1)?.n ?? low : Infinity);
    if (!newer) added.push(...this.#own.unsent);
    this.entries.push(...added);
    this.newer = newer;
    return { ...change, added };
  }

  /**
   * Takes messages as they stand: new ones at their place if that is in the window, known ones unless they are known in
   * a newer state.
   * @param {ChatMessage[]} messages
   */
  merge(messages) {
    const change = noChange();
    for (const message of messages) {
      const within = this.#covers(message.n);
      const [entry] = this.#take([message], change);
      if (!entry) continue;
      const moved = change.changed.indexOf(entry);
      if (within) {
        if (moved === -1) change.added.push(entry);
        this.entries.splice(this.#placeOf(entry.n), 0, entry);
      } else {
        if (moved !== -1 && !this.newer) change.removed.push(...change.changed.splice(moved, 1));
        this.#byN.delete(entry.n);
      }
    }
    return change;
  }

  /** @param {number} limit */
  trimOldest(limit) {
    let surplus = this.entries.length - limit;
    const removed = this.entries.filter((entry) => surplus > 0 && !isUnsent(entry) && surplus-- > 0);
    if (removed.some(isStored)) this.more = true;
    return this.#drop(removed);
  }

  /** @param {number} limit */
  trimNewest(limit) {
    let room = limit;
    const removed = this.entries.filter((entry) => isUnsent(entry) || room-- <= 0);
    if (!removed.some(isStored)) return noChange();
    this.newer = true;
    return this.#drop(removed);
  }

  /** @param {NoticeEntry} notice */
  notice(notice) {
    this.#notices.add(notice, this.newest, !this.newer);
    if (this.newer) return noChange();
    this.entries.splice(this.#settledEnd(), 0, notice);
    return { ...noChange(), added: [notice] };
  }

  /** Puts an own unsent line where its state has it. @param {MessageEntry} line new, or changed */
  put(line) {
    const there = this.#remove(line);
    if (!this.newer) {
      const place = line.state === 'pending' ? this.entries.length : this.#settledEnd();
      this.entries.splice(place, 0, line);
    }
    return there || this.newer ? { ...noChange(), changed: [line] } : { ...noChange(), added: [line] };
  }

  /** @param {MessageEntry} line own, unsent */
  discard(line) {
    this.#remove(line);
    return { ...noChange(), removed: [line] };
  }

  /** @param {MessageEntry} line @returns {boolean} whether it was there */
  #remove(line) {
    const place = this.entries.lastIndexOf(line);
    if (place !== -1) this.entries.splice(place, 1);
    return place !== -1;
  }

  /**
   * The entries of those messages that were not in the window; they are for the caller to place. Own lines among them
   * leave the place they had, and have changed then.
   * @param {ChatMessage[]} messages
   * @param {TranscriptChange} change gains what has changed
   */
  #take(messages, change) {
    /** @type {StoredEntry[]} */
    const fresh = [];
    for (const message of messages) {
      this.newest = Math.max(this.newest, message.n);
      const known = this.#byN.get(message.n);
      if (!known) {
        const line = this.#own.settle(message);
        if (line && (this.#remove(line) || this.newer)) change.changed.push(line);
        const entry = line ?? this.#own.entry(message);
        this.#byN.set(message.n, entry);
        fresh.push(entry);
      } else if (message.seq > known.seq) {
        change.changed.push(Object.assign(known, this.#own.entry(message)));
      }
    }
    return fresh;
  }

  /** Whether the place of a message is in the window. @param {number} n */
  #covers(n) {
    const after = n > this.newest || !this.more || n > (this.first ?? this.newest);
    return after && (!this.newer || n < (this.last ?? 0));
  }

  /** @param {number} n */
  #placeOf(n) {
    let place = this.#settledEnd();
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const entry = this.entries[i];
      if (!isStored(entry)) continue;
      if (entry.n < n) break;
      place = i;
    }
    return place;
  }

  /** Index after everything but the own lines on their way, which are always last. */
  #settledEnd() {
    return this.entries.findLastIndex((entry) => entry.kind === 'notice' || entry.state !== 'pending') + 1;
  }

  /** @param {Entry[]} removed */
  #drop(removed) {
    const gone = new Set(removed);
    if (gone.size > 0) this.entries = this.entries.filter((entry) => !gone.has(entry));
    for (const entry of removed) {
      if (isStored(entry)) this.#byN.delete(entry.n);
      else if (entry.kind === 'notice') this.#notices.hide(entry);
    }
    return { ...noChange(), removed };
  }
}
