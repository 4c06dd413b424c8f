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

/** @param {string | null} json @returns {{key: string, text: string}[]} none where it is not what was written */
export function readLines(json) {
  try {
    const lines = JSON.parse(json ?? '');
    return lines.filter((/** @type {any} */ line) => typeof line?.key === 'string' && typeof line.text === 'string');
  } catch {
    return [];
  }
}

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

  /** The key that makes its holder host of a room. @param {string} room */
  hostKey: (room) => lasting.read(`host.${roomKey(room)}`) ?? undefined,
  /** @param {string} room @param {string} key */
  keepHostKey: (room, key) => lasting.write(`host.${roomKey(room)}`, key),

  /** The unsent message of a room, for as long as the tab lives. @param {string} room */
  draft: (room) => passing.read(`draft.${roomKey(room)}`) ?? '',
  /** @param {string} room @param {string} text */
  keepDraft: (room, text) => passing.write(`draft.${roomKey(room)}`, text),

  /** The messages of a room that were written and not sent, for as long as the tab lives. @param {string} room */
  unsent: (room) => readLines(passing.read(`unsent.${roomKey(room)}`)),
  /** @param {string} room @param {{key: string, text: string}[]} lines */
  keepUnsent: (room, lines) => passing.write(`unsent.${roomKey(room)}`, lines.length ? JSON.stringify(lines) : ''),
};
