import { errorText, formatDay, formatTime, t } from '../i18n/index.js';
import { withoutBidiControls } from './bidi.js';
import { isComposing } from './composing.js';
import { el, setAttribute, setText } from './dom.js';
import { Finder } from './finder.js';
import { icon } from './icons.js';
import { excerpt, markWords } from './search-marks.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {{entry: MessageEntry, query: string, element: HTMLElement}} Item */

/** Time without typing after which is searched, in milliseconds. */
const pauseMs = 300;
/** Code units of a result that are drawn, and of them those before the first word found. */
const drawn = 240;
const lead = 40;

/** Finding messages: the panel's other face. The newest stand first. */
export class SearchView {
  #finder;
  #choose;
  #back;
  #timer = 0;
  /** What is drawn, by `n`. @type {Map<number | null, Item>} */
  #items = new Map();
  #box = el('input', {
    type: 'search',
    class: 'input',
    'aria-label': t('search.title'),
    placeholder: t('search.title'),
    enterkeyhint: 'search',
    maxlength: 200,
    autocomplete: 'off',
    dir: 'auto',
    oninput: () => this.#typed(),
  });
  #status = el('p', { class: 'search-status', role: 'status' }, t('search.hint'));
  #results = el('ul', { class: 'search-results', 'aria-label': t('search.results') });
  #older = el(
    'button',
    { type: 'button', class: 'button button-quiet search-older', hidden: true, onclick: () => this.#finder.older() },
    t('search.older'),
  );

  /**
   * @param {object} options
   * @param {import('./finder.js').Search} options.search rejects with ProtocolError
   * @param {(n: number) => void} options.choose goes to a message
   * @param {() => void} options.back
   */
  constructor({ search, choose, back }) {
    this.#finder = new Finder({ search, changed: () => this.#draw() });
    this.#choose = choose;
    this.#back = back;
    this.element = el(
      'div',
      { class: 'search', hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event) },
      this.#form(),
      this.#status,
      el('div', { class: 'search-found' }, this.#results, this.#older),
    );
  }

  disconnect() {
    clearTimeout(this.#timer);
  }

  /** Opens it, with what was searched before as it stands now, or closes it. @param {boolean} open */
  show(open) {
    clearTimeout(this.#timer);
    this.element.hidden = !open;
    if (!open) return;
    this.#box.select();
    this.#box.focus();
    if (this.#box.value.trim()) this.#start();
  }

  /** Takes a message as it stands now. @param {MessageEntry} message */
  restated(message) {
    this.#finder.restated(message);
  }

  #form() {
    const name = t('search.back');
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#start();
    };
    return el(
      'form',
      { class: 'search-form', role: 'search', onsubmit: submit },
      el(
        'button',
        { type: 'button', class: 'round-button is-plain', 'aria-label': name, title: name, onclick: () => this.#back() },
        icon('back'),
      ),
      this.#box,
    );
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.stopPropagation();
    event.preventDefault();
    this.#back();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (this.#box.value.trim() !== this.#finder.query) this.#start();
    }, pauseMs);
  }

  #start() {
    clearTimeout(this.#timer);
    this.#finder.start(this.#box.value.trim());
  }

  #draw() {
    const { results, query, more, busy, problem } = this.#finder;
    setAttribute(this.#older, 'aria-disabled', busy ? 'true' : null);
    if (busy) return;
    const pressed = document.activeElement === this.#older;
    const before = this.#items;
    this.#items = new Map(results.map((entry) => [entry.n, this.#item(entry, query)]));
    for (const [n, { element }] of before) if (this.#items.get(n)?.element !== element) element.remove();
    const news = this.#place([...this.#items.values()]);
    this.#older.hidden = !more;
    setText(this.#status, problem ? errorText(problem) : statusText(query, results.length, more));
    if (pressed && before.size > 0) news?.querySelector('button')?.focus();
  }

  /** Puts the items in order; those in their place stay untouched. @param {Item[]} items @returns {Element | null} the first new one */
  #place(items) {
    /** @type {Element | null} */
    let news = null;
    items.forEach(({ element }, i) => {
      const there = this.#results.children[i];
      if (there === element) return;
      this.#results.insertBefore(element, there ?? null);
      news ??= element;
    });
    return news;
  }

  /** @param {MessageEntry} entry @param {string} query @returns {Item} */
  #item(entry, query) {
    const known = this.#items.get(entry.n);
    if (known?.entry === entry && known.query === query) return known;
    const go = () => entry.n !== null && this.#choose(entry.n);
    const button = el('button', { type: 'button', class: 'search-result', onclick: go }, ...resultParts(entry, query));
    return { entry, query, element: el('li', {}, button) };
  }
}

/** @param {MessageEntry} entry @param {string} query */
function resultParts({ own, name, at, to, text }, query) {
  return [
    el(
      'span',
      { class: 'line-head line-who' },
      el('bdi', { class: 'line-name' }, own ? t('chat.you') : name),
      ' ',
      el('time', { datetime: at.toISOString() }, `${formatDay(at)}, ${formatTime(at)}`),
      to !== null && icon('lock'),
    ),
    el('span', { class: 'search-text', dir: 'auto' }, ...markedParts(text, query)),
  ];
}

/** @param {string} query @param {number} count @param {boolean} more */
function statusText(query, count, more) {
  if (!query) return t('search.hint');
  if (count === 0 && !more) return t('search.none');
  return t(more ? 'search.more' : 'search.found', { count });
}

/** @param {string} text @param {string} query */
function markedParts(text, query) {
  return excerpt(markWords(withoutBidiControls(text), query), lead, drawn).map(({ text: piece, hit }) =>
    hit ? el('mark', {}, piece) : piece,
  );
}
