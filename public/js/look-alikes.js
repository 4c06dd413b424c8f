/** Letters of other alphabets, and of the Latin one, that look like a Latin letter; as they are written, small or capital. */
const LOOK_ALIKES = new Map(Object.entries({
  // Cyrillic
  а: 'a', А: 'a', в: 'b', В: 'b', ь: 'b', г: 'r', е: 'e', Е: 'e', һ: 'h', Һ: 'h', н: 'h', Н: 'h', і: 'i', І: 'i', ј: 'j', Ј: 'j',
  к: 'k', К: 'k', ӏ: 'l', Ӏ: 'l', м: 'm', М: 'm', о: 'o', О: 'o', п: 'n', р: 'p', Р: 'p', ԛ: 'q', ѕ: 's', Ѕ: 's', с: 'c', С: 'c',
  т: 't', Т: 't', у: 'y', У: 'y', ѵ: 'v', Ѵ: 'v', ԝ: 'w', Ԝ: 'w', ѡ: 'w', х: 'x', Х: 'x', ԁ: 'd', ү: 'y', Ү: 'y',
  // Greek
  α: 'a', Α: 'a', Β: 'b', ϲ: 'c', Ϲ: 'c', ε: 'e', Ε: 'e', Ζ: 'z', η: 'n', Η: 'h', ι: 'i', Ι: 'i', ϳ: 'j', Ϳ: 'j', κ: 'k', Κ: 'k',
  μ: 'u', Μ: 'm', ν: 'v', Ν: 'n', ο: 'o', Ο: 'o', ρ: 'p', Ρ: 'p', σ: 'o', τ: 't', Τ: 't', υ: 'u', Υ: 'y', χ: 'x', Χ: 'x', γ: 'y',
  ω: 'w',
  // Armenian
  օ: 'o', Օ: 'o', ս: 'u', Ս: 'u', հ: 'h', ո: 'n', ց: 'g', զ: 'q',
  // Latin that does not come apart into a letter and its marks
  ɑ: 'a', æ: 'ae', Æ: 'ae', ƅ: 'b', đ: 'd', Đ: 'd', ɡ: 'g', ħ: 'h', Ħ: 'h', ɩ: 'i', ł: 'l', Ł: 'l', ø: 'o', Ø: 'o', œ: 'oe', Œ: 'oe',
  ſ: 's', ŧ: 't', Ŧ: 't',
}));

/** Marks above, below and through letters that are written with an alphabet; those of other scripts change the letter. */
const ACCENTS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gu;
/** What is not seen, or hardly. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Pd}\p{Pc}\u2800.,·'’‘`´ʼʹˈ]/gu;

/**
 * What names have in common that look alike: accents, case, what is not seen, and letters that look like others do not
 * count (after Unicode Technical Standard #39, section 4, with a table for what people are called).
 * @param {string} name
 */
export function skeleton(name) {
  const letters = [...name.normalize('NFKD').replace(ACCENTS, '').replace(UNSEEN, '')];
  const folded = letters.map((letter) => LOOK_ALIKES.get(letter) ?? letter).join('').toUpperCase().toLowerCase();
  return folded.replace(/[i1|ı]/gu, 'l').replaceAll('0', 'o').replaceAll('rn', 'm').replaceAll('vv', 'w');
}

/**
 * Skeletons of a name: as it is written, and in small letters, as the same letter may look like different ones. Names
 * that share one look alike.
 * @param {string} name
 * @returns {string[]}
 */
export const looksOf = (name) => [...new Set([skeleton(name), skeleton(name.toLowerCase())])];

/** Alphabets with letters that look like those of another of them. */
const ALPHABETS = [
  /\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u,
];

/**
 * Whether a name has letters of alphabets that do not belong together. All others may stand beside each other (Unicode
 * Technical Standard #39, section 5.2, "moderately restrictive").
 * @param {string} name
 */
export const isMixed = (name) => ALPHABETS.filter((alphabet) => alphabet.test(name.normalize('NFKC'))).length > 1;

/** Signs with which other programs tell that somebody is more than a guest. */
const BADGES = /[\u2713\u2714\u2705\u2611\u{1f5f8}\u{1f5f9}\u265a\u265b\u2654\u2655\u{1f451}\u{1f6e1}\u{1f530}]\ufe0f?/gu;

const ROLES = new Set(['host', 'admin', 'moderator', 'moim'].map(skeleton));
/** Endings are written without a space. */
const KOREAN_ROLES = ['호스트', '진행자', '관리자'].map(skeleton);
const SELVES = new Set(['you', 'me', '나', '저'].map(skeleton));

/** Whether a name could be read as what the page says of people. @param {string} name */
function soundsLikeRole(name) {
  const words = [name, ...name.split(/[^\p{L}\p{M}\p{N}]+/u)].map(skeleton);
  return SELVES.has(words[0])
    || words.some((word) => ROLES.has(word) || KOREAN_ROLES.some((role) => word.startsWith(role)));
}

/**
 * A name as it is shown, if nobody else's looks like it: without signs of a role, and in quotes where it could be read
 * as what the page itself says of people. The page's own words never stand in quotes, so the name stays what was chosen
 * and is still seen to be one.
 * @param {string} name
 */
export function plainName(name) {
  const bare = name.replace(BADGES, '').trim();
  return bare === '' || soundsLikeRole(bare) ? `“${(bare || name).replace(/^\p{Pi}+|\p{Pf}+$/gu, '')}”` : bare;
}
