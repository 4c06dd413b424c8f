/** Names that are kept, the newest. */
export const LIMIT = 200;

/** Under which names those of a room were last seen, so that one who has left can still be named. */
export class Names {
  #names;
  #keep;

  /**
   * @param {Map<string, string>} names by peer id
   * @param {(names: Map<string, string>) => void} keep takes them when there is news
   */
  constructor(names, keep) {
    this.#names = names;
    this.#keep = keep;
  }

  /** @param {string} id a peer @returns {string | null} */
  get(id) {
    return this.#names.get(id) ?? null;
  }

  /** @param {Iterable<{id: string, name: string}>} people those of the newest name last */
  add(people) {
    let news = false;
    for (const { id, name } of people) {
      if (this.#names.get(id) === name) continue;
      this.#names.delete(id);
      this.#names.set(id, name);
      news = true;
    }
    if (!news) return;
    for (const id of [...this.#names.keys()].slice(0, -LIMIT)) this.#names.delete(id);
    this.#keep(this.#names);
  }
}

/** @param {string | null} json pairs of peer id and name @returns {Map<string, string>} empty where it is not what was written */
export function readNames(json) {
  try {
    /** @type {any[]} */
    const pairs = JSON.parse(json ?? '');
    return new Map(pairs.filter(([id, name]) => typeof id === 'string' && typeof name === 'string'));
  } catch {
    return new Map();
  }
}
