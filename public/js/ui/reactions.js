import { t } from '../i18n/index.js';
import { REACTIONS } from '../reactions.js';
import { el, setAttribute } from './dom.js';

/** @typedef {import('../reactions.js').Reaction} Reaction */

/** @type {Readonly<Record<Reaction, import('../i18n/index.js').Key>>} */
const names = Object.freeze({
  '👍': 'reaction.thumb',
  '❤️': 'reaction.heart',
  '😂': 'reaction.laugh',
  '👏': 'reaction.applause',
  '🎉': 'reaction.party',
  '😮': 'reaction.wow',
});

/** What a reaction is called. @param {Reaction} reaction */
export const reactionName = (reaction) => t(names[reaction]);

/**
 * The six reactions in a row: chosen by a press, by the arrows and Enter, or by the digits 1 to 6. It floats over what
 * opens it, or stands where it is put.
 */
export class Reactions {
  #act;
  #buttons = REACTIONS.map((reaction, index) =>
    el(
      'button',
      {
        type: 'button', class: 'reaction', 'aria-label': reactionName(reaction), title: reactionName(reaction),
        'aria-keyshortcuts': String(index + 1), autofocus: index === 0, tabindex: index === 0 ? 0 : -1,
        onclick: () => this.#choose(reaction),
      },
      reaction,
    ),
  );
  element = el(
    'div',
    {
      class: 'reactions', role: 'toolbar', 'aria-label': t('control.react'),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
      onfocusin: (/** @type {FocusEvent} */ event) => this.#stop(event.target),
      onbeforetoggle: (/** @type {ToggleEvent} */ event) => event.newState === 'open' && this.#place(),
    },
    ...this.#buttons,
  );
  /** What it is to float over. @type {HTMLElement | null} */
  anchor = null;

  /** @param {(reaction: Reaction) => void} act */
  constructor(act) {
    this.#act = act;
    this.floats = true;
  }

  /** Whether it is a popover. @param {boolean} floats */
  set floats(floats) {
    setAttribute(this.element, 'popover', floats ? 'auto' : null);
  }

  /** @param {Reaction} reaction */
  #choose(reaction) {
    if (this.element.popover) this.element.hidePopover();
    this.#act(reaction);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey) return;
    if (/^[1-6]$/.test(key)) this.#choose(REACTIONS[Number(key) - 1]);
    else if (!this.#move(key)) return;
    event.preventDefault();
  }

  /** @param {string} key @returns {boolean} whether it moves the focus */
  #move(key) {
    const now = this.#buttons.findIndex((button) => button === document.activeElement);
    const count = this.#buttons.length;
    const next = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: -1 }[key];
    if (next === undefined) return false;
    this.#buttons[(next + count) % count].focus();
    return true;
  }

  /** Tab comes back to where the focus was. @param {EventTarget | null} target */
  #stop(target) {
    for (const button of this.#buttons) button.tabIndex = button === target ? 0 : -1;
  }

  /** Right above the middle of its anchor. */
  #place() {
    if (!this.anchor) return;
    const { left, width, top } = this.anchor.getBoundingClientRect();
    this.element.style.setProperty('--middle', `${left + width / 2}px`);
    this.element.style.setProperty('--floor', `${innerHeight - top}px`);
  }
}
