/** @typedef {{text: string, hit: boolean}} MarkedPiece */
/** @typedef {{from: number, to: number, plain: string}} Letter where it stands in the text, in code units, and its plain form */
/** @typedef {{letters: Letter[], plain: string, dense: boolean}} Word */

/** Scripts that put no spaces between words, Hangul, and symbols: any part of a word is found, else its beginning. */
const dense =
  /^[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{So}ー]/u;
const ofWord = /^[\p{L}\p{N}\p{M}\p{Co}]/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A text in pieces, those that a search for the query finds apart; they are what it came from when joined.
 * @param {string} text
 * @param {string} query
 * @returns {MarkedPiece[]}
 */
export function markWords(text, query) {
  const sought = wordsOf(query);
  /** @type {{from: number, to: number}[]} */
  const hits = [];
  for (const word of wordsOf(text)) {
    for (const one of sought) if (one.dense === word.dense) hits.push(...hitsIn(word, one.plain));
  }
  return cut(text, hits.sort((a, b) => a.from - b.from));
}

/**
 * The part of a text to show for a search: from a little before the first hit, if that is far in.
 * @param {MarkedPiece[]} pieces as of `markWords`
 * @param {number} before code units to keep before the first hit
 * @param {number} length code units to keep in all
 * @returns {MarkedPiece[]}
 */
export function excerpt(pieces, before, length) {
  let rest = length;
  const [first, ...others] = pieces;
  const starts = first && !first.hit && others.length > 0 && first.text.length > 2 * before;
  const kept = starts ? [{ text: `…${whole(first.text.slice(-before))}`, hit: false }, ...others] : pieces;
  /** @type {MarkedPiece[]} */
  const shown = [];
  for (const { text, hit } of kept) {
    if (rest <= 0) break;
    shown.push(text.length > rest ? { text: `${text.slice(0, rest).replace(/[\ud800-\udbff]$/, '')}…`, hit } : { text, hit });
    rest -= text.length;
  }
  return shown;
}

/** A text that was cut off at its beginning, from the next word on. @param {string} text */
function whole(text) {
  const space = text.search(/\s/);
  return space >= 0 && space < text.length / 2 ? text.slice(space + 1) : text.replace(/^[\udc00-\udfff]/, '');
}

/** @param {string} text @returns {Word[]} */
function wordsOf(text) {
  /** @type {Word[]} */
  const words = [];
  /** @type {Word | null} */
  let word = null;
  for (const { segment, index } of graphemes.segment(text)) {
    const plain = plainForm(segment);
    if (!plain) continue;
    const clings = dense.test(plain) && (plain.codePointAt(0) ?? 0) > 0xff;
    if (!clings && !ofWord.test(plain)) {
      word = null;
      continue;
    }
    if (!word || word.dense !== clings) words.push((word = { letters: [], plain: '', dense: clings }));
    word.letters.push({ from: index, to: index + segment.length, plain });
    word.plain += plain;
  }
  return words;
}

/** Without compatibility forms (UAX #15), case and diacritics. @param {string} grapheme */
function plainForm(grapheme) {
  return grapheme.normalize('NFKD').replace(/[\p{Mn}\p{Cf}]/gu, '').toUpperCase().toLowerCase().normalize('NFC');
}

/** @param {Word} word @param {string} sought */
function hitsIn({ letters, plain, dense }, sought) {
  const hits = [];
  for (let at = plain.indexOf(sought); at >= 0; at = plain.indexOf(sought, at + sought.length)) {
    if (!dense && at > 0) break;
    hits.push(spanOf(letters, at, at + sought.length));
  }
  return hits;
}

/** What letters cover a part of their plain form. @param {Letter[]} letters @param {number} from @param {number} to */
function spanOf(letters, from, to) {
  let at = 0;
  const span = { from: -1, to: 0 };
  for (const letter of letters) {
    const end = at + letter.plain.length;
    if (end > from && at < to) {
      if (span.from < 0) span.from = letter.from;
      span.to = letter.to;
    }
    at = end;
  }
  return span;
}

/** @param {string} text @param {{from: number, to: number}[]} hits in order of `from` @returns {MarkedPiece[]} */
function cut(text, hits) {
  /** @type {MarkedPiece[]} */
  const pieces = [];
  let done = 0;
  for (const { from, to } of hits) {
    if (to <= done) continue;
    if (from > done) pieces.push({ text: text.slice(done, from), hit: false });
    pieces.push({ text: text.slice(Math.max(from, done), to), hit: true });
    done = to;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), hit: false });
  return pieces;
}
