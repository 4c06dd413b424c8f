import { en } from './en.js';
import { ko } from './ko.js';

/** @typedef {keyof typeof en} Key */
/** @typedef {'en' | 'ko'} Language */
/** @typedef {Readonly<Record<string, string | number>>} Params */

/** @type {Readonly<Record<Language, Readonly<Record<Key, import('./en.js').Sentence>>>>} */
const sentences = Object.freeze({ en, ko });

/** Every language the page speaks, each under its own name. */
export const languages = Object.freeze(
  /** @type {const} */ ([
    { code: 'en', name: 'English' },
    { code: 'ko', name: '한국어' },
  ]),
);

/** Sends `change` when another language was set. */
export const languageEvents = new EventTarget();

/** The language in use, a BCP 47 tag. @type {Language} */
export let language = 'en';

/** @param {string | null | undefined} code @returns {code is Language} */
export function isLanguage(code) {
  return languages.some((known) => known.code === code);
}

/**
 * The first language of a preference list (as in navigator.languages) that the page speaks.
 * @param {readonly string[]} preferred
 * @returns {Language}
 */
export function pickLanguage(preferred) {
  for (const tag of preferred) {
    const code = tag.toLowerCase().split('-')[0];
    if (isLanguage(code)) return code;
  }
  return 'en';
}

/** @param {Language} code */
export function setLanguage(code) {
  if (code === language) return;
  language = code;
  languageEvents.dispatchEvent(new Event('change'));
}

/**
 * The sentence for a key, with its placeholders filled. A `count` chooses the plural form
 * and is written with the language's digits and separators.
 * @param {Key} key
 * @param {Params} [params]
 * @returns {string}
 */
export function t(key, params = {}) {
  const sentence = sentences[language][key];
  const pattern = typeof sentence === 'string' ? sentence : pluralForm(sentence, Number(params.count));
  return pattern.replace(/\{(\w+)\}/g, (placeholder, name) => {
    const value = params[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/**
 * The sentence for a key in pieces: its own words, and the values that fill its placeholders.
 * @param {Key} key one without plural forms
 * @param {Readonly<Record<string, string>>} values
 * @returns {(string | {value: string})[]} no empty ones
 */
export function sentencePieces(key, values) {
  const pieces = t(key).split(/\{(\w+)\}/g);
  return pieces
    .map((piece, index) => (index % 2 === 0 ? piece : { value: values[piece] ?? '' }))
    .filter((piece) => (typeof piece === 'string' ? piece : piece.value) !== '');
}

/**
 * The sentence for an error code of the wire or of this page; one for the unknown.
 * @param {string} code
 */
export function errorText(code) {
  const key = `error.${code}`;
  return t(Object.hasOwn(en, key) ? /** @type {Key} */ (key) : 'error.unknown');
}

/** The time of day, in the reader's zone. @param {Date} date */
export function formatTime(date) {
  return formatter('time', { hour: 'numeric', minute: '2-digit' }).format(date);
}

/** The day, `Today` for the current one, with its year if that is another. @param {Date} date @param {Date} [now] */
export function formatDay(date, now = new Date()) {
  if (date.toDateString() === now.toDateString()) return t('chat.today');
  if (date.getFullYear() === now.getFullYear()) {
    return formatter('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(date);
  }
  return formatter('date', { day: 'numeric', month: 'long', year: 'numeric' }).format(date);
}

/** Day and time, in the reader's zone. @param {Date} date */
export function formatMoment(date) {
  return formatter('moment', { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** Making one costs more than a line of the log. @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** @param {string} name one for each set of options @param {Intl.DateTimeFormatOptions} options */
function formatter(name, options) {
  const key = `${language} ${name}`;
  const made = formatters.get(key) ?? new Intl.DateTimeFormat(language, options);
  formatters.set(key, made);
  return made;
}

/**
 * @param {Readonly<Record<string, string>>} forms
 * @param {number} count
 */
function pluralForm(forms, count) {
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
}
