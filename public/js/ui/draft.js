/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {{id: string, name: string}} Person */
/** @typedef {{n: number, name: string, text: string}} Answered */
/** @typedef {{n: number, text: string, was: string}} Change `was`: the text as it stands */

/** Characters of an answered message that are kept. */
const snippet = 200;

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

  /** @param {string} json what `json` gave; anything else makes an empty draft */
  static read(json) {
    const draft = new Draft();
    try {
      const { text, to, reply, edit } = JSON.parse(json);
      if (typeof text === 'string') draft.text = text;
      if (typeof to?.id === 'string' && typeof to.name === 'string') draft.to = { id: to.id, name: to.name };
      if (Number.isInteger(reply?.n) && areTexts(reply.name, reply.text)) draft.reply = reply;
      if (Number.isInteger(edit?.n) && areTexts(edit.text, edit.was)) draft.edit = edit;
    } catch {
      return new Draft();
    }
    return draft;
  }

  /** Empty when there is nothing to keep. */
  get json() {
    const { text, to, reply, edit } = this;
    return text || to || reply || edit ? JSON.stringify({ text, to, reply, edit }) : '';
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

  /** @param {MessageEntry} message @param {Person | null} other who alone is to read the answer */
  answer(message, other) {
    if (message.n === null) return;
    this.edit = null;
    this.reply = { n: message.n, name: message.name, text: message.text.slice(0, snippet) };
    this.to = other;
  }

  /** @param {Person} person who alone is to read it */
  address(person) {
    this.edit = null;
    this.reply = null;
    this.to = person;
  }

  /** @param {MessageEntry} message an own one */
  change({ n, text }) {
    if (n !== null) this.edit = { n, text, was: text };
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
}

/** @param {...any} values */
const areTexts = (...values) => values.every((value) => typeof value === 'string');
