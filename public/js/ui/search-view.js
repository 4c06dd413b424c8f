import { errorText, formatDay, formatTime, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { withoutBidiControls } from './bidi.js';
import { el, replaceChildren, setText } from './dom.js';
import { icon } from './icons.js';
import { excerpt, markWords } from './search-marks.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {(query: string, options: {before?: number}) => Promise<{entries: MessageEntry[], more: boolean}>} Search */

/** Time without typing after which is searched, in milliseconds. */
const pauseMs = 300;
/** Code units of a result that are drawn, and of them those before the first word found. */
const drawn = 240;
const lead = 40;

/** Finding messages: the panel's other face. The newest stand first. */
export class SearchView {
  #search;
  #choose;
  #back;
  #query = '';
  /** Counts searches, so that a late answer to an old one is left out. */
  #turn = 0;
  #timer = 0;
  /** The oldest found. @type {number | null} */
  #oldest = null;
  #count = 0;
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
    { type: 'button', class: 'button button-quiet search-older', hidden: true, onclick: () => this.#more() },
    t('search.older'),
  );

  /**
   * @param {object} options
   * @param {Search} options.search rejects with ProtocolError
   * @param {(n: number) => void} options.choose goes to a message
   * @param {() => void} options.back
   */
  constructor({ search, choose, back }) {
    this.#search = search;
    this.#choose = choose;
    this.#back = back;
    const name = t('search.back');
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#start();
    };
    this.element = el(
      'div',
      { class: 'search', hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event) },
      el(
        'form',
        { class: 'search-form', role: 'search', onsubmit: submit },
        el(
          'button',
          { type: 'button', class: 'round-button is-plain', 'aria-label': name, title: name, onclick: back },
          icon('back'),
        ),
        this.#box,
      ),
      this.#status,
      el('div', { class: 'search-found' }, this.#results, this.#older),
    );
  }

  /** @param {boolean} open */
  show(open) {
    this.element.hidden = !open;
    if (open) this.#box.select();
    if (open) this.#box.focus();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    event.preventDefault();
    this.#back();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#start(), pauseMs);
  }

  #start() {
    clearTimeout(this.#timer);
    const query = this.#box.value.trim();
    if (query === this.#query) return;
    this.#query = query;
    this.#oldest = null;
    this.#count = 0;
    this.#ask(query);
  }

  #more() {
    this.#ask(this.#query);
  }

  /** @param {string} query */
  async #ask(query) {
    const turn = ++this.#turn;
    const before = this.#oldest;
    try {
      const found = query ? await this.#search(query, before === null ? {} : { before }) : { entries: [], more: false };
      if (turn === this.#turn) this.#show(query, found);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#query = '';
      setText(this.#status, errorText(error instanceof ProtocolError ? error.code : 'unknown'));
    }
  }

  /** @param {string} query @param {{entries: MessageEntry[], more: boolean}} found */
  #show(query, { entries, more }) {
    const first = this.#oldest === null;
    const items = entries.toReversed().map((entry) => this.#item(entry, query));
    if (first) replaceChildren(this.#results, ...items);
    else this.#results.append(...items);
    if (!first) items[0]?.querySelector('button')?.focus();
    this.#oldest = entries[0]?.n ?? this.#oldest;
    this.#count += entries.length;
    this.#older.hidden = !more;
    setText(this.#status, statusText(query, this.#count, more));
  }

  /** @param {MessageEntry} entry @param {string} query */
  #item({ n, own, name, at, to, text }, query) {
    const go = () => n !== null && this.#choose(n);
    return el(
      'li',
      {},
      el(
        'button',
        { type: 'button', class: 'search-result', onclick: go },
        el(
          'span',
          { class: 'line-head line-who' },
          el('bdi', { class: 'line-name' }, own ? t('chat.you') : name),
          ' ',
          el('time', { datetime: at.toISOString() }, `${formatDay(at)}, ${formatTime(at)}`),
          to !== null && icon('lock'),
        ),
        el('span', { class: 'search-text', dir: 'auto' }, ...markedParts(text, query)),
      ),
    );
  }
}

/** @param {string} query @param {number} count @param {boolean} more */
function statusText(query, count, more) {
  if (!query) return t('search.hint');
  if (count === 0) return t('search.none');
  return t(more ? 'search.more' : 'search.found', { count });
}

/** @param {string} text @param {string} query */
function markedParts(text, query) {
  return excerpt(markWords(withoutBidiControls(text), query), lead, drawn).map(({ text: piece, hit }) =>
    hit ? el('mark', {}, piece) : piece,
  );
}
