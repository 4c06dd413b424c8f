/** The label of a channel that carries a file. */
export const LABEL = 'file';
/** The longest text message, in UTF-16 code units. */
export const MAX_TEXT = 4_096;
/** Bytes of one binary message: what every implementation takes (RFC 8841, section 6.1). */
export const MAX_CHUNK = 65_536;
/** Bytes that may be under way without being confirmed. */
export const WINDOW = 4 * 1024 * 1024;
/** The largest file, bytes. */
export const MAX_SIZE = 2 * 1024 ** 3;
/** Files of one peer that may wait for an answer. */
export const MAX_OFFERS = 20;

/** @typedef {{id: string, name: string, size: number, type: string, private: boolean}} Head */
/**
 * @typedef {'done'|'declined'|'cancelled'|'too-many'|'too-big'|'no-space'|'unreadable'|'broken'|'failed'} Ending
 * @typedef {{wait: true}|{from: number}|{got: number}|{end: Ending}|{file: Head}} Message
 */

/** @type {readonly string[]} */
const endings = ['done', 'declined', 'cancelled', 'too-many', 'too-big', 'no-space', 'unreadable', 'broken', 'failed'];
const longestName = 180;

/** @param {unknown} data of a message @returns {Message|null} null where it is none */
export function read(data) {
  if (typeof data !== 'string' || data.length > MAX_TEXT) return null;
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (value?.wait === true) return { wait: true };
  if (isCount(value?.from)) return { from: value.from };
  if (isCount(value?.got)) return { got: value.got };
  if (typeof value?.end === 'string') return { end: endings.includes(value.end) ? value.end : 'failed' };
  const file = readHead(value?.file);
  return file && { file };
}

/** @param {any} head @returns {Head|null} */
function readHead(head) {
  if (typeof head?.id !== 'string' || !/^[\w-]{1,64}$/.test(head.id)) return null;
  if (typeof head.name !== 'string' || !isCount(head.size)) return null;
  const type = typeof head.type === 'string' && /^[\w.+-]{1,63}\/[\w.+-]{1,63}$/.test(head.type) ? head.type : '';
  return { id: head.id, name: safeName(head.name), size: head.size, type, private: head.private === true };
}

/**
 * A name under which a file can be kept anywhere: no folder, nothing invisible, nothing that makes it look like another
 * kind of file, at most 180 characters with its ending kept.
 * @param {string} name
 */
export function safeName(name) {
  const last = name.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '_$1');
  return shortened(plain) || 'file';
}

/** @param {string} name */
function shortened(name) {
  const signs = [...name];
  if (signs.length <= longestName) return name;
  const ending = /\.[^. ]{1,16}$/u.exec(name)?.[0] ?? '';
  return signs.slice(0, longestName - [...ending].length).join('') + ending;
}

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** Whether a channel can carry anything, now or soon. @param {RTCDataChannel|null} channel */
export const isAlive = (channel) => channel?.readyState === 'open' || channel?.readyState === 'connecting';

/** @param {RTCDataChannel|null} channel @param {Message} message @returns {boolean} whether it is on its way */
export function tell(channel, message) {
  if (channel?.readyState !== 'open') return false;
  try {
    channel.send(JSON.stringify(message));
    return true;
  } catch {
    return false; // the connection ends just now
  }
}
