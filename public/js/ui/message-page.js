import { el, replaceChildren } from './dom.js';
import { homeLink } from './mark.js';

/**
 * Draws a page that says one thing and offers the ways on. Its heading has the focus.
 * @param {HTMLElement} root
 * @param {object} page
 * @param {string} [page.room] stands above the heading
 * @param {string} page.heading
 * @param {string} page.text
 * @param {HTMLElement[]} page.actions the first one first
 */
export function drawMessagePage(root, { room, heading, text, actions }) {
  const title = el('h1', { tabindex: -1 }, heading);
  const above = room ? [el('p', { class: 'ended-room' }, room)] : [];
  replaceChildren(
    root,
    el(
      'div',
      { class: 'ended' },
      el('header', { class: 'bar' }, homeLink()),
      el(
        'main',
        { class: 'ended-main' },
        ...above,
        title,
        el('p', { class: 'ended-text' }, text),
        el('div', { class: 'ended-actions' }, ...actions),
      ),
    ),
  );
  title.focus();
}
