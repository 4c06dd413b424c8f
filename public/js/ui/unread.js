/** @typedef {import('../chat/transcript.js').Entry} Entry */
/** @typedef {import('../chat/transcript.js').Transcript} Transcript */
/** @typedef {import('../chat/transcript.js').TranscriptChange} TranscriptChange */

/** Which messages of others have come since the chat was last seen. Event `change` when there are more or fewer. */
export class Unread extends EventTarget {
  #transcript;
  #keep;
  /** The greatest `n` that was read. */
  #read;
  /** @type {Set<number>} */
  #unread = new Set();
  /** Whether what came right after the last one that was read is not here. */
  #lacking = true;

  /**
   * @param {object} options
   * @param {Transcript} options.transcript
   * @param {number | null} options.read the greatest `n` read earlier; null: all that is there counts as read
   * @param {(n: number) => void} options.keep takes the greatest `n` read
   */
  constructor({ transcript, read, keep }) {
    super();
    this.#transcript = transcript;
    this.#keep = keep;
    this.#read = Math.min(read ?? transcript.newest, transcript.newest);
    this.#add(transcript.entries);
  }

  get count() {
    return this.#unread.size;
  }

  /** Whether there are more than were counted. */
  get more() {
    return this.#lacking && this.#unread.size > 0;
  }

  connect() {
    this.#transcript.addEventListener('change', this.#changed);
    this.#transcript.addEventListener('arrived', this.#arrived);
    this.#transcript.addEventListener('restarted', this.#restarted);
    this.#add(this.#transcript.entries); // those that have come since it was made
    this.#keep(this.#read);
  }

  disconnect() {
    this.#transcript.removeEventListener('change', this.#changed);
    this.#transcript.removeEventListener('arrived', this.#arrived);
    this.#transcript.removeEventListener('restarted', this.#restarted);
  }

  /** All there is has been read now. @returns {number | null} the `n` from which on it was not; null: nothing is new */
  see() {
    const first = this.#unread.size > 0 ? this.#read + 1 : null;
    this.#unread.clear();
    if (this.#transcript.newest > this.#read) this.#keep((this.#read = this.#transcript.newest));
    return first;
  }

  /** Other messages have the numbers of those that were read. */
  #restarted = () => {
    this.#unread.clear();
    this.#keep((this.#read = 0));
    this.#lacking = true;
    this.#add(this.#transcript.entries);
    this.dispatchEvent(new Event('change'));
  };

  /** @param {Event} event */
  #arrived = (event) => this.#add([/** @type {CustomEvent<{entry: Entry}>} */ (event).detail.entry]);

  /** @param {Event} event */
  #changed = (event) => {
    const { added, changed } = /** @type {CustomEvent<TranscriptChange>} */ (event).detail;
    this.#add(added);
    for (const entry of changed) {
      const forgotten = entry.kind === 'message' && entry.n !== null && (entry.deleted || entry.own);
      if (forgotten && this.#unread.delete(/** @type {number} */ (entry.n))) this.dispatchEvent(new Event('change'));
    }
  };

  /** @param {readonly Entry[]} entries */
  #add(entries) {
    const before = this.#unread.size;
    const { more, first } = this.#transcript;
    if (!more || (first !== null && first <= this.#read + 1)) this.#lacking = false;
    for (const entry of entries) {
      if (entry.kind !== 'message' || entry.n === null || entry.own || entry.deleted) continue;
      if (entry.n > this.#read) this.#unread.add(entry.n);
    }
    if (this.#unread.size !== before) this.dispatchEvent(new Event('change'));
  }
}
