import { readMembership } from './membership.js';
import { readNames } from './names.js';

/** Web storage of this page; every method works, without memory, where storage is forbidden. */
class Shelf {
  #open;

  /** @param {() => Storage} open throws where storage is forbidden */
  constructor(open) {
    this.#open = open;
  }

  /** @param {string} key @returns {string | null} */
  read(key) {
    try {
      return this.#open().getItem(`moim.${key}`);
    } catch {
      return null;
    }
  }

  /** Keeps a value; an empty one is forgotten. @param {string} key @param {string} value */
  write(key, value) {
    try {
      if (value) this.#open().setItem(`moim.${key}`, value);
      else this.#open().removeItem(`moim.${key}`);
    } catch {
      return;
    }
  }
}

const lasting = new Shelf(() => localStorage);
const passing = new Shelf(() => sessionStorage);

/** @param {string} room */
const roomKey = (room) => room.normalize('NFC').toLowerCase();

/**
 * @typedef {{key: string, text: string, to?: string, reply?: number, from: string, problem?: string}} Line
 *   `from`: the own peer id; `problem`: the error code of one that is not to go out by itself
 */

/** @param {string | null} json @returns {Line[]} none where it is not what was written */
export function readLines(json) {
  try {
    const lines = JSON.parse(json ?? '');
    return lines.filter(isLine);
  } catch {
    return [];
  }
}

/** @param {any} line @returns {line is Line} */
const isLine = (line) =>
  [line?.key, line?.text, line?.from].every((value) => typeof value === 'string') &&
  [line.to, line.problem].every((value) => value === undefined || typeof value === 'string') &&
  (line.reply === undefined || Number.isInteger(line.reply));

/** What this browser remembers for its person. */
export const preferences = {
  get name() {
    return lasting.read('name') ?? '';
  },
  set name(name) {
    lasting.write('name', name);
  },
  get language() {
    return lasting.read('language');
  },
  set language(code) {
    lasting.write('language', code ?? '');
  },

  /** Whether the call makes soft sounds; it does unless told not to. */
  get sounds() {
    return lasting.read('sounds') !== 'off';
  },
  set sounds(on) {
    lasting.write('sounds', on ? '' : 'off');
  },
  /** Whether the system tells of messages while the page is hidden; null before anybody was asked. */
  get notifications() {
    const kept = lasting.read('notifications');
    return kept === null ? null : kept === 'on';
  },
  set notifications(on) {
    lasting.write('notifications', on === null ? '' : on ? 'on' : 'off');
  },
  /** How the tiles lie: all of one size, or whoever speaks large. @returns {'tiles' | 'speaker'} */
  get layout() {
    return lasting.read('layout') === 'speaker' ? 'speaker' : 'tiles';
  },
  set layout(layout) {
    lasting.write('layout', layout === 'tiles' ? '' : layout);
  },

  /** The device that was chosen last, as its deviceId; empty where none was. @param {'mic' | 'camera' | 'speaker'} kind */
  device: (kind) => lasting.read(`device.${kind}`) ?? '',
  /** @param {'mic' | 'camera' | 'speaker'} kind @param {string} id empty: the browser's choice */
  keepDevice: (kind, id) => lasting.write(`device.${kind}`, id),

  /** The key that makes its holder host of a room. @param {string} room */
  hostKey: (room) => passing.read(`host.${roomKey(room)}`) ?? lasting.read(`host.${roomKey(room)}`) ?? undefined,
  /** Keeps a key that is good, and none that was to be tried. @param {string} room @param {string} key */
  keepHostKey: (room, key) => {
    lasting.write(`host.${roomKey(room)}`, key);
    passing.write(`host.${roomKey(room)}`, '');
  },
  /** Takes a key that may be none, as anybody can hand on links. @param {string} room @param {string} key */
  tryHostKey: (room, key) => passing.write(`host.${roomKey(room)}`, key),
  /** Keeps a key that was tried if it made one host, and forgets it otherwise. @param {string} room @param {boolean} good */
  triedHostKey: (room, good) => {
    const key = passing.read(`host.${roomKey(room)}`);
    if (key && good) preferences.keepHostKey(room, key);
    passing.write(`host.${roomKey(room)}`, '');
  },

  /** The JWT to come into a room with, for as long as the tab lives. @param {string} room */
  token: (room) => passing.read(`token.${roomKey(room)}`) ?? undefined,
  /** @param {string} room @param {string} token empty: none */
  keepToken: (room, token) => passing.write(`token.${roomKey(room)}`, token),

  /** What is being written in a room, as {@link Draft} gives it, for as long as the tab lives. @param {string} room */
  draft: (room) => passing.read(`draft.${roomKey(room)}`) ?? '',
  /** @param {string} room @param {string} draft */
  keepDraft: (room, draft) => passing.write(`draft.${roomKey(room)}`, draft),

  /** The messages of a room that were written and not sent, for as long as the tab lives. @param {string} room */
  unsent: (room) => readLines(passing.read(`unsent.${roomKey(room)}`)),
  /** @param {string} room @param {Line[]} lines */
  keepUnsent: (room, lines) => passing.write(`unsent.${roomKey(room)}`, lines.length ? JSON.stringify(lines) : ''),

  /** Forgets what is being written and what was not sent in a room. @param {string} room */
  forgetWriting: (room) => {
    for (const key of ['draft', 'unsent']) passing.write(`${key}.${roomKey(room)}`, '');
  },

  /** Names of those who are or were in a room, by peer id, for as long as the tab lives. @param {string} room */
  names: (room) => readNames(passing.read(`names.${roomKey(room)}`)),
  /** @param {string} room @param {Map<string, string>} names */
  keepNames: (room, names) => passing.write(`names.${roomKey(room)}`, JSON.stringify([...names])),

  /** The greatest number of a message that was read in a room, for as long as the tab lives. @param {string} room */
  read: (room) => Number.parseInt(passing.read(`read.${roomKey(room)}`) ?? '', 10) || null,
  /** @param {string} room @param {number} n */
  keepRead: (room, n) => passing.write(`read.${roomKey(room)}`, String(n)),

  /** The membership of a room, for as long as the tab lives. @param {string} room */
  membership: (room) => readMembership(passing.read(`membership.${roomKey(room)}`)),
  /** @param {string} room @param {import('./membership.js').Membership} membership */
  keepMembership: (room, membership) => passing.write(`membership.${roomKey(room)}`, JSON.stringify(membership)),
  /** @param {string} room */
  forgetMembership: (room) => passing.write(`membership.${roomKey(room)}`, ''),
};
