import { t } from '../i18n/index.js';
import { withoutBidiControls } from './bidi.js';
import { el, replaceChildren } from './dom.js';
import { setTabStops } from './tab-stops.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {{n: number, state: 'empty' | 'asked' | 'filled' | 'failed'}} Slot place for the quote of a message */

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
  #root;
  /** @type {WeakMap<Element, Slot>} */
  #slots = new WeakMap();

  /**
   * @param {object} options
   * @param {Element} options.root the element that scrolls
   * @param {(n: number) => Promise<MessageEntry | null>} options.find null: there is none to read
   * @param {(n: number) => void} options.go
   */
  constructor({ root, find, go }) {
    this.#root = root;
    this.#find = find;
    this.#go = go;
    this.#observer = new IntersectionObserver((seen) => this.#near(seen), { root, rootMargin: '200px 0px' });
  }

  /** @param {number} n of the message that is answered @param {string} id of the element */
  quote(n, id) {
    const element = el('div', { class: 'quote-slot', id });
    this.#slots.set(element, { n, state: 'empty' });
    this.#observer.observe(element);
    return element;
  }

  /** Draws a message anew where it is quoted. @param {number} n @param {MessageEntry} message as it stands now */
  restate(n, message) {
    for (const element of this.#root.querySelectorAll('.quote-slot')) {
      const slot = this.#slots.get(element);
      if (slot?.n !== n || slot.state === 'empty') continue;
      slot.state = 'filled';
      this.#observer.unobserve(element);
      this.#draw(element, this.#button(n, ...quoteParts(message)));
    }
  }

  disconnect() {
    this.#observer.disconnect();
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #near(seen) {
    for (const { isIntersecting, target } of seen) {
      const slot = this.#slots.get(target);
      if (!slot) continue;
      if (isIntersecting && slot.state === 'empty') this.#fill(target, slot);
      else if (!isIntersecting && slot.state === 'failed') slot.state = 'empty';
    }
  }

  /**
   * A quote that cannot be had is asked for again when it has been away from the screen.
   * @param {Element} element @param {Slot} slot
   */
  async #fill(element, slot) {
    const { n } = slot;
    slot.state = 'asked';
    try {
      const message = await this.#find(n);
      if (slot.state !== 'asked') return;
      slot.state = 'filled';
      this.#observer.unobserve(element);
      this.#draw(element, message ? this.#button(n, ...quoteParts(message)) : gone());
    } catch {
      if (slot.state !== 'asked') return;
      slot.state = 'failed';
      this.#draw(element, this.#button(n, t('chat.answersUnknown')));
    }
  }

  /** @param {Element} element @param {HTMLElement} quote */
  #draw(element, quote) {
    replaceChildren(/** @type {HTMLElement} */ (element), quote);
    const line = element.closest('.line');
    if (line) setTabStops(line);
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
