/** @typedef {string | {href: string, text: string}} Piece */

const candidate = /https?:\/\/[^\s<>"`\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/giu;
const trailing = /[.,;:!?'*…。、，！？」』”’]$/u;
const brackets = /** @type {const} */ ([['(', ')'], ['[', ']'], ['{', '}']]);

/**
 * Splits text into plain pieces and http(s) links; every character of the text comes out
 * again. Sentence marks and unmatched brackets at a link's end stay outside it, and so does
 * a Korean particle written directly after a Latin letter or digit.
 * @param {string} text
 * @returns {Piece[]}
 */
export function linkify(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(candidate)) {
    const link = trim(match[0]);
    if (!isWebAddress(link)) continue;
    if (match.index > from) pieces.push(text.slice(from, match.index));
    pieces.push({ href: link, text: link });
    from = match.index + link.length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

/** @param {string} link */
function trim(link) {
  let kept = link.replace(/(?<=[a-z\d])\p{Script=Hangul}.*$/iu, '');
  for (;;) {
    const shorter = endsUnmatched(kept) || trailing.test(kept) ? kept.slice(0, -1) : kept;
    if (shorter === kept) return kept;
    kept = shorter;
  }
}

/** @param {string} link */
function endsUnmatched(link) {
  return brackets.some(
    ([open, close]) => link.endsWith(close) && link.split(close).length > link.split(open).length,
  );
}

/** @param {string} link */
function isWebAddress(link) {
  try {
    const { protocol, hostname } = new URL(link);
    return (protocol === 'http:' || protocol === 'https:') && hostname !== '';
  } catch {
    return false;
  }
}
