/** @typedef {typeof import('./en.js').en & typeof import('./en-call.js').callEn} English */
/** @typedef {keyof English} Key */
/** @typedef {'en' | 'ko'} Language */
/** @typedef {Readonly<Record<string, string | number>>} Params */

/** @typedef {Readonly<Record<Key, import('./en.js').Sentence>>} Sentences */

/** @typedef {() => Promise<Partial<Sentences>>} Load */

/** @type {Readonly<Record<Language, {first: Load, call: Load}>>} */
const load = Object.freeze({
  en: { first: async () => (await import('./en.js')).en, call: async () => (await import('./en-call.js')).callEn },
  ko: { first: async () => (await import('./ko.js')).ko, call: async () => (await import('./ko-call.js')).callKo },
});

/** Those that have been loaded, by language and whether calls can be spoken of. @type {Map<string, Sentences>} */
const loaded = new Map();
/** Whether those that only calls need are wanted. */
let forCalls = false;

/** Those in use. @type {Sentences} */
let sentences;

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

/** The last one asked for. @type {Language} */
let wanted = language;

/**
 * Takes another language into use, once its sentences are there; of several, the last.
 * @param {Language} code
 * @returns {Promise<void>} rejects where the sentences cannot be loaded; nothing has changed then
 */
export async function setLanguage(code) {
  wanted = code;
  const known = await loadSentences(code);
  if (code !== wanted || known === sentences) return;
  sentences = known;
  language = code;
  languageEvents.dispatchEvent(new Event('change'));
}

/**
 * Loads, of the language in use and of those chosen later, what only calls need.
 * @returns {Promise<void>} rejects where they cannot be loaded
 */
export async function speakOfCalls() {
  forCalls = true;
  const code = language;
  const known = await loadSentences(code);
  if (code === language) sentences = known;
}

/** @param {Language} code @returns {Promise<Sentences>} */
async function loadSentences(code) {
  const whole = forCalls;
  const key = `${code} ${whole}`;
  const { first, call } = load[code];
  const parts = loaded.has(key) ? [] : await Promise.all(whole ? [first(), call()] : [first()]);
  const known = loaded.get(key) ?? /** @type {Sentences} */ (Object.freeze(Object.assign({}, ...parts)));
  loaded.set(key, known);
  return whole === forCalls ? known : loadSentences(code);
}

/**
 * The sentence for a key, with its placeholders filled. A `count` chooses the plural form
 * and is written with the language's digits and separators.
 * @param {Key} key
 * @param {Params} [params]
 * @returns {string}
 */
export function t(key, params = {}) {
  const sentence = sentences[key];
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
  return t(Object.hasOwn(sentences, key) ? /** @type {Key} */ (key) : 'error.unknown');
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

// Outside a page, nobody says which language it is.
if (typeof document === 'undefined') {
  forCalls = true;
  await setLanguage('en');
}
