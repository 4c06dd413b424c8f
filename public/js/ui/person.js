/** How many colours tell people apart; css/hues.css has them. */
const hues = 6;

/** Up to two letters that stand for a name, without the number that tells it from others. @param {string} name */
export function initialsOf(name) {
  const bare = name.replace(/ \(\d+\)$/u, '').replace(/[\p{Pi}\p{Pf}]/gu, '');
  const words = bare.split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map(firstLetter).join('').toUpperCase();
}

/** The first letter as a reader sees it (UAX #29, grapheme cluster). @param {string} word */
function firstLetter(word) {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment;
  return '';
}

/** A colour for a person, the same for everyone. @param {string} id */
export function hueOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum % hues;
}
