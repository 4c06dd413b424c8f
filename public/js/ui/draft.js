/** @typedef {import('../chat/entry.js').Entry} Entry */
/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {{id: string, name: string}} Person `name`: empty when it is not known */
/** @typedef {{n: number, name: string, text: string, own: boolean, deleted: boolean}} Answered */
/**
 * @typedef {{n: number, text: string, was: string, to: Person | null}} Change
 *   `was`: the text as it stands; `to`: the only other reader
 */

/** Characters of an answered message that are kept. */
const snippet = 200;
/** Changes that are begun and kept beside the one in the text box. */
const begunLimit = 10;

/**
 * What is being written: a message, to all or to one person, perhaps an answer; or other words for a message that was
 * sent, while the one that was begun before waits.
 */
export class Draft {
  text = '';
  /** The only other reader. @type {Person | null} */
  to = null;
  /** @type {Answered | null} */
  reply = null;
  /** @type {Change | null} */
  edit = null;
  /** Changes that wait until their message is changed again, the latest last. @type {Change[]} */
  begun = [];

  /** @param {string} json what `json` gave; anything else makes an empty draft */
  static read(json) {
    const draft = new Draft();
    try {
      const { text, to, reply, edit, begun } = JSON.parse(json);
      if (typeof text === 'string') draft.text = text;
      draft.to = readPerson(to);
      draft.reply = readAnswered(reply);
      draft.edit = readChange(edit);
      if (Array.isArray(begun)) draft.begun = begun.map(readChange).filter((change) => change !== null);
    } catch {
      return new Draft();
    }
    return draft;
  }

  /** Empty when there is nothing to keep. */
  get json() {
    const { text, to, reply, edit, begun } = this;
    return text || to || reply || edit || begun.length > 0 ? JSON.stringify({ text, to, reply, edit, begun }) : '';
  }

  /** What stands in the text box. */
  get shown() {
    return this.edit ? this.edit.text : this.text;
  }

  /** @param {string} text */
  type(text) {
    if (this.edit) this.edit.text = text;
    else this.text = text;
  }

  /**
   * Begins an answer. What is written for one reader already does not go to all by it.
   * @param {MessageEntry} message
   * @param {Person | null} other who alone is to read the answer
   */
  answer({ n, name, text, own, deleted }, other) {
    if (n === null) return;
    this.#putAside();
    this.reply = { n, name, text: text.slice(0, snippet), own, deleted };
    if (other || !this.text.trim()) this.to = other;
  }

  /** @param {Person} person who alone is to read it */
  address(person) {
    this.#putAside();
    this.reply = null;
    this.to = person;
  }

  /**
   * Begins to change a message, or goes on with it.
   * @param {MessageEntry} message an own one
   * @param {Person | null} [other] who alone reads it
   */
  change({ n, text }, other = null) {
    if (n === null || this.edit?.n === n) return;
    this.#putAside();
    const begun = this.begun.find((change) => change.n === n);
    this.begun = this.begun.filter((change) => change.n !== n);
    this.edit = begun ? { ...begun, was: text } : { n, text, was: text, to: other };
  }

  /** Goes back to a message to all, or from a change to what was begun before. @returns {boolean} whether anything changed */
  cancel() {
    if (!this.edit && !this.reply && !this.to) return false;
    if (this.edit) this.edit = null;
    else this.reply = this.to = null;
    return true;
  }

  /** The message is on its way; the next one goes to the same readers. */
  said() {
    this.text = '';
    this.reply = null;
  }

  /** A change is made; one that was begun meanwhile stays. @param {number} n @param {string} text */
  changed(n, text) {
    if (this.edit?.n === n && this.edit.text.trim() === text) this.edit = null;
  }

  /** The `n` of the messages that it is about. */
  get about() {
    return [this.reply, this.edit].flatMap((message) => message?.n ?? []);
  }

  /**
   * Takes a message as it stands now. Words for one that cannot be changed any longer become a message to its readers.
   * @param {MessageEntry} message
   * @returns {boolean} whether it was being changed and no longer is
   */
  restated({ n, name, text, own, deleted }) {
    const fixed = deleted || !own;
    if (this.reply?.n === n) this.reply = { n, name, text: text.slice(0, snippet), own, deleted };
    if (fixed) this.begun = this.begun.filter((change) => change.n !== n);
    if (this.edit?.n !== n) return false;
    if (fixed) this.#release();
    else this.edit.was = text;
    return fixed;
  }

  /** Numbers of messages from before mean others now. */
  restarted() {
    this.reply = null;
    this.begun = [];
    this.#release();
  }

  #putAside() {
    const { edit } = this;
    this.edit = null;
    if (edit && isNew(edit)) this.begun = [...this.begun, edit].slice(-begunLimit);
  }

  /** Ends a change whose message is gone. Its words never reach readers the message did not have. */
  #release() {
    const { edit } = this;
    this.edit = null;
    if (!edit || !isNew(edit)) return;
    if (!this.text.trim()) Object.assign(this, { text: edit.text, to: edit.to, reply: null });
    else if (this.to?.id === edit.to?.id) this.text += `\n${edit.text}`;
  }
}

/**
 * The own message that is changed when none is named: the newest. Null also while that one is on its way.
 * @param {readonly Entry[]} entries
 * @returns {MessageEntry | null}
 */
export function newestToChange(entries) {
  const own = entries.findLast(
    (entry) => entry.kind === 'message' && entry.own && !entry.deleted && entry.state !== 'failed',
  );
  return own?.kind === 'message' && own.state === 'sent' ? own : null;
}

/** @param {Change} change */
const isNew = ({ text, was }) => text.trim() !== was.trim();

/** @param {any} value @returns {Person | null} */
const readPerson = (value) => (areTexts(value?.id, value?.name) ? { id: value.id, name: value.name } : null);

/** @param {any} value @returns {Answered | null} */
function readAnswered(value) {
  if (!Number.isInteger(value?.n) || !areTexts(value.name, value.text)) return null;
  return { n: value.n, name: value.name, text: value.text, own: value.own === true, deleted: value.deleted === true };
}

/** @param {any} value @returns {Change | null} */
function readChange(value) {
  if (!Number.isInteger(value?.n) || !areTexts(value.text, value.was)) return null;
  return { n: value.n, text: value.text, was: value.was, to: readPerson(value.to) };
}

/** @param {...any} values */
const areTexts = (...values) => values.every((value) => typeof value === 'string');
