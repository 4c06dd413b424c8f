import { errorText, isLanguage, language, languages, pickLanguage, setLanguage, t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { preferences } from './preferences.js';

/** Starts with the language that was chosen here before, else with the browser's. */
export async function startLanguage() {
  const chosen = preferences.language;
  await setLanguage(isLanguage(chosen) ? chosen : pickLanguage(navigator.languages));
  document.documentElement.lang = language;
}

/** A select that changes the page's language and remembers it. */
export function languageSelect() {
  const choices = languages.map(({ code, name }) =>
    el('option', { value: code, lang: code, selected: code === language }, name),
  );
  const select = el('select', { 'aria-label': t('app.language'), onchange: () => choose(select) }, ...choices);
  return el('label', { class: 'language' }, icon('globe'), select);
}

/** Goes on with the select of the page that was drawn anew. */
function focusAgain() {
  if (document.activeElement !== document.body) return;
  /** @type {HTMLElement | null} */ (document.querySelector('.language select'))?.focus();
}

/** Takes the language that was chosen; where it cannot be loaded, the old one stays. @param {HTMLSelectElement} select */
async function choose(select) {
  const code = select.value;
  if (!isLanguage(code)) return;
  const [before, remembered] = [document.documentElement.lang, preferences.language];
  document.documentElement.lang = code;
  preferences.language = code;
  try {
    await setLanguage(code);
    requestAnimationFrame(focusAgain);
  } catch {
    preferences.language = remembered;
    document.documentElement.lang = before;
    select.value = before;
    announce(errorText('not-loaded'));
  }
}
