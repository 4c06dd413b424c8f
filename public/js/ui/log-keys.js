import { setTabStops } from './tab-stops.js';

/**
 * The arrow keys, Home and End, which go from message to message in the log. Tab comes back to the one that was left
 * (roving tabindex, WAI-ARIA Authoring Practices).
 */
export class LogKeys {
  #log;
  /** @type {Element | null} */
  #last = null;

  /** @param {HTMLElement} log what scrolls */
  constructor(log) {
    this.#log = log;
  }

  connect() {
    this.#log.addEventListener('keydown', this.#pressed);
    this.#log.addEventListener('focusin', this.#focused);
  }

  disconnect() {
    this.#log.removeEventListener('keydown', this.#pressed);
    this.#log.removeEventListener('focusin', this.#focused);
  }

  /** @param {FocusEvent} event */
  #focused = ({ target }) => {
    const line = messageOf(target);
    if (!line || line === this.#last) return;
    this.#last?.setAttribute('tabindex', '-1');
    line.setAttribute('tabindex', '0');
    if (this.#last) setTabStops(this.#last);
    setTabStops(line);
    this.#last = line;
  };

  /** @param {KeyboardEvent} event */
  #pressed = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing) return;
    const line = this.#next(event.key, event.target);
    if (line === undefined) return;
    event.preventDefault();
    line?.focus({ preventScroll: true });
    line?.scrollIntoView({ block: 'nearest' });
  };

  /**
   * @param {string} key @param {EventTarget | null} target
   * @returns {HTMLElement | null | undefined} null: there is none; undefined: the key means something else
   */
  #next(key, target) {
    const here = messageOf(target);
    if (key === 'ArrowUp') return here ? sibling(here, 'previousElementSibling') : this.#lastInView();
    if (key === 'ArrowDown') return here ? sibling(here, 'nextElementSibling') : this.#lastInView();
    if (key === 'Home') return this.#log.querySelector('[role=article]');
    if (key === 'End') return this.#newest();
    return undefined;
  }

  #newest() {
    /** @type {NodeListOf<HTMLElement>} */
    const messages = this.#log.querySelectorAll('[role=article]');
    return messages[messages.length - 1] ?? null;
  }

  #lastInView() {
    const { bottom } = this.#log.getBoundingClientRect();
    const last = this.#newest();
    if (!last || last.getBoundingClientRect().top < bottom) return last;
    /** @type {Element | null} */
    let line = last;
    while (line && line.getBoundingClientRect().top >= bottom) line = sibling(line, 'previousElementSibling');
    return /** @type {HTMLElement | null} */ (line);
  }
}

/** @param {EventTarget | null} target */
const messageOf = (target) => (target instanceof Element ? target.closest('[role=article]') : null);

/** @param {Element} line @param {'previousElementSibling' | 'nextElementSibling'} side @returns {HTMLElement | null} */
function sibling(line, side) {
  let next = line[side];
  while (next && next.getAttribute('role') !== 'article') next = next[side];
  return /** @type {HTMLElement | null} */ (next);
}
