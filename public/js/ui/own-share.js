import { t } from '../i18n/index.js';
import { el, yieldFocus } from './dom.js';
import { icon } from './icons.js';

/** Says that the own screen is shared, and ends it. The screen itself is not shown: it would show itself. */
export class OwnShare {
  /** @param {() => void} stop */
  constructor(stop) {
    this.element = el(
      'div',
      { class: 'own-share', role: 'group', hidden: true },
      icon('screen'),
      el('p', {}, t('tile.youShare')),
      el('button', { type: 'button', class: 'button button-quiet', onclick: stop }, t('control.screenStop')),
    );
  }

  /** @param {{name: string, on: boolean}} state */
  show({ name, on }) {
    this.element.ariaLabel = t('tile.screenOf', { name });
    if (!on) yieldFocus(this.element);
    this.element.hidden = !on;
  }
}
