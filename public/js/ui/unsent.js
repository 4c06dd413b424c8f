/** @typedef {import('./preferences.js').Line} Line */

/** Time in which changes are written together. */
export const WRITE_MS = 250;

/** Keeps the lines of a transcript that are not sent, so that they outlive the page: a new one at once. */
export class UnsentLines {
  #transcript;
  #write;
  #clock;
  /** Keys of the lines that are written. @type {Set<string>} */
  #written = new Set();
  /** @type {any} */
  #timer = null;

  /**
   * @param {object} options
   * @param {import('../chat/transcript.js').Transcript} options.transcript
   * @param {(lines: Line[]) => void} options.write
   * @param {import('../net/connection.js').Clock} [options.clock]
   */
  constructor({ transcript, write, clock = globalThis }) {
    this.#transcript = transcript;
    this.#write = write;
    this.#clock = clock;
  }

  connect() {
    this.#transcript.addEventListener('change', this.#changed);
    this.#flush();
  }

  disconnect() {
    this.#transcript.removeEventListener('change', this.#changed);
    this.#flush();
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { detail } = /** @type {CustomEvent<import('../chat/transcript.js').TranscriptChange>} */ (event);
    const own = [...detail.added, ...detail.changed, ...detail.removed].some((entry) => entry.kind === 'message' && entry.own);
    if (this.#transcript.unsent.some(({ key }) => !this.#written.has(key))) this.#flush();
    else if (own && this.#timer === null) this.#timer = this.#clock.setTimeout(() => this.#flush(), WRITE_MS);
  };

  #flush() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    const { unsent } = this.#transcript;
    this.#written = new Set(unsent.map(({ key }) => key));
    this.#write(unsent.map(lineOf));
  }
}

/** @param {import('../chat/entry.js').MessageEntry} entry @returns {Line} */
function lineOf({ key, text, to, reply, from, problem }) {
  const refused = problem !== null && problem !== 'closed';
  return { key, text, from, ...(to !== null && { to }), ...(reply !== null && { reply }), ...(refused && { problem }) };
}
