import { el, uniqueID } from './dom.js';

/**
 * A box to tick, or a switch, with its label and what it means.
 * @param {HTMLInputElement} input
 * @param {string} label
 * @param {string} hint
 */
export function choice(input, label, hint) {
  input.id = uniqueID('choice');
  const hintID = `${input.id}-hint`;
  input.setAttribute('aria-describedby', hintID);
  return el('div', { class: 'choice' }, input, el('label', { for: input.id }, label), el('p', { class: 'hint', id: hintID }, hint));
}
