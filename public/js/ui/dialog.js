import { closeButton } from './close-button.js';
import { el, uniqueID } from './dom.js';

/**
 * A modal dialog that closes by its button, by Escape and by a press beside it.
 * @param {object} head
 * @param {string} head.title
 * @param {string} [head.kind] CSS class besides `dialog`
 * @param {...import('./dom.js').Child} content
 */
export function dialog({ title, kind }, ...content) {
  const id = uniqueID('dialog');
  const close = () => element.close();
  const element = el(
    'dialog',
    {
      class: kind ? `dialog ${kind}` : 'dialog',
      'aria-labelledby': id,
      onclick: (/** @type {Event} */ event) => event.target === element && close(),
    },
    el('div', { class: 'dialog-body' }, el('header', { class: 'panel-head' }, el('h2', { id }, title), closeButton(close)), ...content),
  );
  return element;
}
