/**
 * `host`: where the link goes, in ASCII (RFC 5890, A-labels), if that is not what is written.
 * @typedef {{href: string, text: string, host: string | null}} Link
 */
/** @typedef {string | Link} Piece */

const candidate = /https?:\/\/[^\s<>"`\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/giu;
const marks = new Set('.,;:!?\'*…。、，！？」』”’');
const opening = new Map([[')', '('], [']', '['], ['}', '{']]);
const particle = /(?<=[a-z\d])\p{Script=Hangul}+$/iu;
const written = /^https?:\/\/([^/?#\\]*)/iu;
/** Code units of a link; anything longer is text. */
const longest = 2048;

/**
 * Splits text into plain pieces and http(s) links; every character of the text comes out
 * again. Sentence marks and unmatched brackets at a link's end stay outside it, and so does
 * a Korean particle that ends it directly after a Latin letter or digit. An address with a
 * user name or a password is no link.
 * @param {string} text
 * @returns {Piece[]}
 */
export function linkify(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(candidate)) {
    const link = match[0].length <= longest ? linkOf(trim(match[0])) : null;
    if (!link) continue;
    if (match.index > from) pieces.push(text.slice(from, match.index));
    pieces.push(link);
    from = match.index + link.text.length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

/** @param {string} link */
function trim(link) {
  return withoutMarks(withoutMarks(link).replace(particle, ''));
}

/** @param {string} link */
function withoutMarks(link) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of link) counts.set(character, (counts.get(character) ?? 0) + 1);
  const count = (/** @type {string} */ character) => counts.get(character) ?? 0;
  let end = link.length;
  for (; end > 0; end -= 1) {
    const last = link[end - 1];
    const open = opening.get(last);
    const unmatched = open !== undefined && count(last) > count(open);
    if (!unmatched && !marks.has(last)) break;
    counts.set(last, count(last) - 1);
  }
  return link.slice(0, end);
}

/** @param {string} text @returns {Link | null} */
function linkOf(text) {
  try {
    const { hostname, host, username, password } = new URL(text);
    if (!hostname || username || password) return null;
    const shown = (written.exec(text)?.[1] ?? '').replace(/:\d*$/, '').toLowerCase();
    return { href: text, text, host: shown === hostname ? null : host };
  } catch {
    return null;
  }
}
