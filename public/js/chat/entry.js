/** @import { ChatMessage } from '../net/protocol.js' */
/**
 * A line somebody wrote. The same object stays in `entries` while its state changes.
 * @typedef {object} MessageEntry
 * @property {'message'} kind
 * @property {string} key
 * @property {number|null} n place in the room's order; null until it is stored
 * @property {number} seq the room's change number when it was last said, edited or deleted; 0 until it is stored
 * @property {string} from peer id
 * @property {string} name
 * @property {boolean} own
 * @property {string|null} to peer id of the only other reader, null when it is for all
 * @property {number|null} reply the `n` it answers
 * @property {string} text
 * @property {Date} at
 * @property {'sent'|'pending'|'failed'} state
 * @property {string|null} problem error code of a failed one
 * @property {boolean} deleted
 * @property {Date|null} edited when its text was last changed
 */
/** @typedef {'joined'|'left'|'lost'|'removed'|'renamed'} NoticeKind */
/** @typedef {{kind: 'notice', what: NoticeKind, name: string, newName?: string, at: Date}} NoticeEntry */
/** @typedef {MessageEntry|NoticeEntry} Entry */
/** @typedef {MessageEntry & {n: number}} StoredEntry */
/**
 * What is written and not stored yet; `to` and `reply` as of {@link MessageEntry}.
 * @typedef {{key: string, text: string, to?: string|null, reply?: number|null}} Line
 */
/**
 * A line an earlier page left behind. `from`: the own peer id when it was written; `problem`: the error code for which it
 * was given up, absent when it was on its way or the connection was lost.
 * @typedef {Line & {from: string, problem?: string}} UnsentLine
 */

/** @param {Entry} entry @returns {entry is StoredEntry} */
export const isStored = (entry) => entry.kind === 'message' && entry.n !== null;

/** @param {Entry} entry */
export const isUnsent = (entry) => entry.kind === 'message' && entry.n === null;

/**
 * An own line on its way.
 * @param {Line & {name: string, at?: Date}} line
 * @param {string} from the own peer id
 * @returns {MessageEntry}
 */
export function unsentEntry({ key, text, name, to = null, reply = null, at = new Date() }, from) {
  return {
    kind: 'message', key, n: null, seq: 0, from, name, own: true, to, reply, text, at,
    state: 'pending', problem: null, deleted: false, edited: null,
  };
}

/**
 * @param {ChatMessage} message
 * @param {boolean} own
 * @returns {StoredEntry}
 */
export function storedEntry({ key, n, seq, from, name, to, reply, text, at, deleted, edited }, own) {
  return {
    kind: 'message', key, n, seq, from, name, own, to: to ?? null, reply: reply ?? null, text, at: new Date(at),
    state: 'sent', problem: null, deleted: deleted !== undefined,
    edited: edited === undefined ? null : new Date(edited),
  };
}
