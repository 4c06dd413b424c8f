import { t } from '../i18n/index.js';
import { el } from './dom.js';
import { icon } from './icons.js';

/** @param {() => void} close */
export function closeButton(close) {
  const name = t('control.close');
  return el(
    'button',
    { type: 'button', class: 'round-button is-plain', 'aria-label': name, title: name, onclick: close },
    icon('close'),
  );
}
