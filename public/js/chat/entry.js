/** @import { ChatMessage } from '../net/protocol.js' */
/**
 * A line somebody wrote. The same object stays in `entries` while its state changes.
 * @typedef {object} MessageEntry
 * @property {'message'} kind
 * @property {string} key
 * @property {number|null} n place in the room's order; null until it is stored
 * @property {string} from peer id
 * @property {string} name
 * @property {boolean} own
 * @property {string|null} to peer id of the only other reader, null when it is for all
 * @property {string} text
 * @property {Date} at
 * @property {'sent'|'pending'|'failed'} state
 * @property {string|null} problem error code of a failed one
 * @property {boolean} deleted
 * @property {boolean} edited
 */
/** @typedef {'joined'|'left'|'lost'|'renamed'} NoticeKind */
/** @typedef {{kind: 'notice', what: NoticeKind, name: string, newName?: string, at: Date}} NoticeEntry */
/** @typedef {MessageEntry|NoticeEntry} Entry */

/** @param {Entry} entry @returns {entry is MessageEntry & {n: number}} */
export const isStored = (entry) => entry.kind === 'message' && entry.n !== null;

/**
 * An own line on its way.
 * @param {{key: string, text: string, name: string, to?: string|null, at?: Date}} line
 * @param {string} from the own peer id
 * @returns {MessageEntry}
 */
export function unsentEntry({ key, text, name, to = null, at = new Date() }, from) {
  return {
    kind: 'message', key, n: null, from, name, own: true, to, text, at,
    state: 'pending', problem: null, deleted: false, edited: false,
  };
}

/**
 * @param {ChatMessage} message
 * @param {boolean} own
 * @returns {MessageEntry}
 */
export function storedEntry({ key, n, from, name, to, text, at, deleted, edited }, own) {
  return {
    kind: 'message', key, n, from, name, own, to: to ?? null, text, at: new Date(at),
    state: 'sent', problem: null, deleted: Boolean(deleted), edited: Boolean(edited),
  };
}
