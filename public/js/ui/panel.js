import { closeButton } from './close-button.js';
import { el, uniqueID } from './dom.js';

/**
 * The frame of what stands beside the stage, or over it on a small window.
 * @param {object} head
 * @param {string} head.title
 * @param {() => void} head.close
 * @param {HTMLElement} [head.tool] stands beside the button that closes it
 * @param {...HTMLElement} content
 */
export function panel({ title, close, tool }, ...content) {
  const id = uniqueID('panel');
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.isComposing) close();
  };
  return el(
    'section',
    { class: 'panel', 'aria-labelledby': id, hidden: true, onkeydown: escape },
    el('header', { class: 'panel-head' }, el('h2', { id }, title), tool, closeButton(close)),
    ...content,
  );
}
