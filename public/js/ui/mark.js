import { t } from '../i18n/index.js';
import { el } from './dom.js';

/** The product's sign, from the icon file. @param {number} size in pixels */
export function mark(size) {
  return el('img', { class: 'mark', src: '/icon.svg', alt: '', width: size, height: size });
}

/** Sign and name, leading home. */
export function homeLink() {
  return el('a', { class: 'home-link', href: '/', 'data-page': true }, mark(28), t('app.name'));
}
