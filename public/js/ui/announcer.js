import { el } from './dom.js';

/** How long a sentence stays to be read; the region is not seen. */
export const STAYS_MS = 10_000;

/** @type {HTMLElement | null} */
let region = null;

/** Puts the place for announcements into the document, once. */
export function startAnnouncer() {
  region = el('div', { class: 'unseen', role: 'status', 'aria-live': 'polite', 'aria-atomic': 'false' });
  document.body.append(region);
}

/**
 * Has assistive technology read a sentence when it is idle, after those before it; the same one again, too. It does not
 * while a modal dialog is open, which hides the rest of the page.
 * @param {string} sentence
 */
export function announce(sentence) {
  const node = el('p', {}, sentence);
  region?.append(node);
  setTimeout(() => node.remove(), STAYS_MS);
}
