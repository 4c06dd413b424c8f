/** @import { ChatMessage, JoinedMessage } from '../net/protocol.js' */
/** @import { History } from './history.js' */
/** @import { Transcript } from './transcript.js' */

/** Changes that are caught up with one by one; after more of them the transcript starts over. */
export const CHANGES_LIMIT = 500;
/** Changes asked for at once. */
const PAGE = 200;

/** Brings the transcript of a room up to date after an absence. */
export class Returning {
  #transcript;
  #history;
  /** The change number up to which nothing is lacking, null when nothing is lacking at all. @type {number|null} */
  #from = null;
  #run = 0;

  /**
   * @param {object} options
   * @param {Transcript} options.transcript
   * @param {History} options.history
   */
  constructor({ transcript, history }) {
    this.#transcript = transcript;
    this.#history = history;
  }

  /**
   * Takes the snapshot of a join. The transcript starts over with it unless it is of the same messages, reaches the
   * present it knew, and lacks little. Without `seq` the server could not read the chat: what is here stays, and what
   * it lacks is asked for until the server can.
   * @param {Pick<JoinedMessage, 'messages'|'more'|'seq'>} joined
   * @param {boolean} again whether the transcript is of that room
   */
  enter(joined, again) {
    this.#run += 1;
    const { messages, more, seq } = joined;
    const from = this.#from ?? this.#transcript.seq;
    const same = this.isSame(joined);
    if (again && same && !this.#transcript.newer && (seq === undefined || seq - from <= CHANGES_LIMIT)) {
      this.#catchUp(from, seq ?? Infinity).catch(() => {});
      return;
    }
    this.#from = null;
    if (again && !same) this.#transcript.restart(messages, more, seq);
    else this.#transcript.load(messages, more, seq ?? 0);
  }

  /**
   * Whether the numbers of a snapshot are those of the transcript; the server may have forgotten, and begun anew.
   * @param {Pick<JoinedMessage, 'messages'|'seq'>} joined
   */
  isSame({ messages, seq }) {
    if (seq === undefined) return true;
    const sameKey = (/** @type {ChatMessage} */ { n, key }) => (this.#transcript.at(n)?.key ?? key) === key;
    return seq >= this.#transcript.seq && messages.every(sameKey);
  }

  /**
   * @param {number} from
   * @param {number} seq Infinity when it is not known
   * @returns {Promise<void>} rejects with a `ProtocolError`; what is lacking then is left to the next join
   */
  async #catchUp(from, seq) {
    const run = this.#run;
    this.#from = from;
    let more = from < seq;
    while (more) more = await this.#fetch(() => run === this.#run);
    this.#transcript.seq = Math.max(this.#transcript.seq, seq < Infinity ? seq : this.#from);
    this.#from = null;
  }

  /** @param {() => boolean} wanted */
  #fetch(wanted) {
    const since = this.#from ?? 0;
    return this.#history.insist({ type: 'chat-history', since, limit: PAGE }, ({ messages, more, seq }) => {
      this.#from = Math.max(since, seq);
      this.#transcript.merge(messages);
      return more && messages.length > 0;
    }, { wanted });
  }
}
