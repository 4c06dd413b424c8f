import { el, setText } from './dom.js';

const region = el('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });

/** Puts the place for announcements into the document, once. */
export function startAnnouncer() {
  document.body.append(region);
}

/** Has assistive technology read a sentence when it is idle. @param {string} sentence */
export function announce(sentence) {
  setText(region, sentence);
}
