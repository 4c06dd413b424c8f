/** @typedef {import('./preferences.js').Line} Line */

/** Time in which changes are written together. */
export const WRITE_MS = 250;

/** Keeps the lines of a transcript that are not sent, so that they outlive the page. */
export class UnsentLines {
  #transcript;
  #write;
  #clock;
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
    this.#clock.clearTimeout(this.#timer);
    this.#flush();
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { detail } = /** @type {CustomEvent<import('../chat/transcript.js').TranscriptChange>} */ (event);
    const own = [...detail.added, ...detail.changed, ...detail.removed].some((entry) => entry.kind === 'message' && entry.own);
    if (own && this.#timer === null) this.#timer = this.#clock.setTimeout(() => this.#flush(), WRITE_MS);
  };

  #flush() {
    this.#timer = null;
    this.#write(
      this.#transcript.unsent.map(({ key, text, to, reply, from }) => ({
        key, text, from, ...(to !== null && { to }), ...(reply !== null && { reply }),
      })),
    );
  }
}
