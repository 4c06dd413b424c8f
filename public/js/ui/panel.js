import { closeButton } from './close-button.js';
import { isComposing } from './composing.js';
import { el } from './dom.js';

/**
 * The frame of what stands beside the stage, or over it on a small window.
 * @param {object} head
 * @param {string} head.title
 * @param {() => void} head.close
 * @param {HTMLElement} [head.tool] stands beside the button that closes it
 * @param {HTMLElement} [head.count] stands after the title
 * @param {...HTMLElement} content
 */
export function panel({ title, close, tool, count }, ...content) {
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !isComposing(event)) close();
  };
  return el(
    'section',
    { class: 'panel', 'aria-label': title, hidden: true, onkeydown: escape },
    el('header', { class: 'panel-head' }, el('h2', {}, title, count && ' ', count), tool, closeButton(close)),
    ...content,
  );
}
