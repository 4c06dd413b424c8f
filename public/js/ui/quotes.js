import { t } from '../i18n/index.js';
import { withoutBidiControls } from './bidi.js';
import { el, replaceChildren } from './dom.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */

/** Characters of a quoted message that are drawn; one line shows fewer. */
const longest = 200;

/**
 * The messages that answers quote, each a button that goes there. A quote takes the same height whatever is in it, and
 * its message is asked for when it comes near the screen.
 */
export class Quotes {
  #find;
  #go;
  #observer;
  /** @type {WeakMap<Element, number>} */
  #numbers = new WeakMap();

  /**
   * @param {object} options
   * @param {Element} options.root the element that scrolls
   * @param {(n: number) => Promise<MessageEntry | null>} options.find null: there is none to read
   * @param {(n: number) => void} options.go
   */
  constructor({ root, find, go }) {
    this.#find = find;
    this.#go = go;
    this.#observer = new IntersectionObserver((seen) => this.#near(seen), { root, rootMargin: '200px 0px' });
  }

  /** @param {number} n of the message that is answered */
  quote(n) {
    const slot = el('div', { class: 'quote-slot' });
    this.#numbers.set(slot, n);
    this.#observer.observe(slot);
    return slot;
  }

  disconnect() {
    this.#observer.disconnect();
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #near(seen) {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      this.#observer.unobserve(target);
      this.#fill(/** @type {HTMLElement} */ (target));
    }
  }

  /** @param {HTMLElement} slot */
  async #fill(slot) {
    const n = this.#numbers.get(slot) ?? 0;
    try {
      const message = await this.#find(n);
      replaceChildren(slot, message ? this.#button(n, ...quoteParts(message)) : gone());
    } catch {
      replaceChildren(slot, this.#button(n, t('chat.answersUnknown')));
    }
  }

  /** @param {number} n @param {...import('./dom.js').Child} parts */
  #button(n, ...parts) {
    const go = () => this.#go(n);
    return el('button', { type: 'button', class: 'quote', onclick: go }, ...parts);
  }
}

/** @param {MessageEntry} message */
function quoteParts({ own, name, text, deleted }) {
  return [
    el('span', { class: 'unseen' }, t('chat.answers'), ' '),
    el('bdi', { class: 'quote-name' }, own ? t('chat.you') : name),
    ' ',
    el('span', { class: 'quote-text', dir: 'auto' }, deleted ? t('chat.deleted') : quoted(text)),
  ];
}

/** A message on one line. @param {string} text */
export const quoted = (text) => withoutBidiControls(text.slice(0, longest)).replace(/\s+/g, ' ');

const gone = () => el('p', { class: 'quote' }, el('span', { class: 'quote-text' }, t('chat.answersGone')));
