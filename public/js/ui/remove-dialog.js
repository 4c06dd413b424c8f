import { t } from '../i18n/index.js';
import { dialog } from './dialog.js';
import { el } from './dom.js';

/**
 * Asks whether somebody is to be removed, or banned as well.
 * @param {string} name
 * @param {(ban: boolean) => void} remove
 * @returns {HTMLDialogElement} which goes once it is closed
 */
export function removeDialog(name, remove) {
  const button = (/** @type {string} */ kind, /** @type {string} */ text, /** @type {boolean} */ ban) => {
    const onclick = () => {
      element.close();
      remove(ban);
    };
    return el('button', { type: 'button', class: `button ${kind}`, onclick }, text);
  };
  const element = dialog(
    { title: t('people.removeAsk', { name }), kind: 'remove' },
    el('p', {}, t('people.removeText')),
    el(
      'div',
      { class: 'dialog-actions' },
      button('button-quiet', t('people.removeBan'), true),
      button('button-danger', t('people.removeOnly'), false),
    ),
  );
  element.addEventListener('close', () => element.remove());
  return element;
}
