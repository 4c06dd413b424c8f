import { closeButton } from './close-button.js';
import { el, uniqueID } from './dom.js';

/**
 * The frame of what stands beside the stage, or over it on a small window.
 * @param {string} title
 * @param {() => void} close
 * @param {...HTMLElement} content
 */
export function panel(title, close, ...content) {
  const id = uniqueID('panel');
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.isComposing) close();
  };
  return el(
    'section',
    { class: 'panel', 'aria-labelledby': id, hidden: true, onkeydown: escape },
    el('header', { class: 'panel-head' }, el('h2', { id }, title), closeButton(close)),
    ...content,
  );
}
