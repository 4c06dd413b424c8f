import { isLanguage, language, languages, pickLanguage, setLanguage, t } from '../i18n/index.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { preferences } from './preferences.js';

/** Starts with the language that was chosen here before, else with the browser's. */
export function startLanguage() {
  const chosen = preferences.language;
  setLanguage(isLanguage(chosen) ? chosen : pickLanguage(navigator.languages));
  document.documentElement.lang = language;
}

/** A select that changes the page's language and remembers it. */
export function languageSelect() {
  const choices = languages.map(({ code, name }) =>
    el('option', { value: code, lang: code, selected: code === language }, name),
  );
  const select = el('select', { 'aria-label': t('app.language'), onchange: () => choose(select.value) }, ...choices);
  return el('label', { class: 'language' }, icon('globe'), select);
}

/** @param {string} code */
function choose(code) {
  if (!isLanguage(code)) return;
  preferences.language = code;
  document.documentElement.lang = code;
  setLanguage(code);
}
