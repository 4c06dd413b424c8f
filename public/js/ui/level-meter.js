import { t } from '../i18n/index.js';
import { el } from './dom.js';

const bars = 5;

/** Shows how loud the own microphone is. */
export class LevelMeter {
  #levels;
  #id;

  /**
   * @param {import('./audio-levels.js').AudioLevels} levels
   * @param {string} id which of them
   */
  constructor(levels, id) {
    this.#levels = levels;
    this.#id = id;
    this.element = el(
      'div',
      {
        class: 'meter',
        role: 'meter',
        'aria-label': t('door.level'),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': 0,
      },
      ...Array.from({ length: bars }, () => el('span', { class: 'meter-bar' })),
    );
  }

  connect() {
    this.#levels.addEventListener('levels', this.#draw);
  }

  disconnect() {
    this.#levels.removeEventListener('levels', this.#draw);
  }

  #draw = () => {
    const level = this.#levels.level(this.#id);
    this.element.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    for (const [index, bar] of [...this.element.children].entries()) {
      bar.classList.toggle('is-lit', level * bars > index + 0.6);
    }
  };
}
