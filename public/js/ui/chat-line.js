import { errorText, formatDay, formatMoment, formatTime, t } from '../i18n/index.js';
import { el, replaceChildren, setAttribute, uniqueID } from './dom.js';
import { icon } from './icons.js';
import { textParts } from './line-text.js';
import { sentence } from './sentence.js';
import { setTabStops } from './tab-stops.js';

/** @typedef {import('../chat/entry.js').Entry} Entry */
/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */
/** @typedef {import('../chat/entry.js').NoticeEntry} NoticeEntry */
/** @typedef {{before: Entry | undefined, unread: boolean}} Place the line above; whether this is the first unread */

/**
 * @typedef {object} LineParts what lines take from the chat around them
 * @property {(key: string) => void} retry sends a failed message again
 * @property {(key: string) => void} discard forgets a failed message
 * @property {(n: number, id: string) => HTMLElement} quote `id`: of the element
 * @property {(id: string) => string | null} nameOf a peer, null when not known
 */

const togetherMs = 3 * 60_000;
const markedMs = 2_000;

/** One line of the log: a message or a notice, with the day or the unread line above it where one begins. */
export class ChatLine {
  element = el('div', { class: 'line' });
  /** What belongs to the line alone, without what stands above it; place for its actions. */
  main = el('div', { class: 'line-main' });
  entry;

  #parts;
  #above = el('div', { class: 'line-above' });
  #content = el('div', { class: 'line-content' });
  #id = uniqueID('line');
  #kind = '';
  #drawn = '';
  /** @type {HTMLElement | null} */
  #quote = null;
  #marked = 0;

  /** @param {Entry} entry @param {LineParts} parts */
  constructor(entry, parts) {
    this.entry = entry;
    this.#parts = parts;
    this.main.append(this.#content);
    this.element.append(this.#above, this.main);
    if (entry.kind !== 'message') return;
    setAttribute(this.element, 'role', 'article');
    setAttribute(this.element, 'tabindex', -1);
    setAttribute(this.element, 'aria-labelledby', this.#ids('head', 'text'));
    setAttribute(this.element, 'aria-describedby', this.#ids('quote', 'edited', 'state'));
  }

  /** @param {Place} place */
  show(place) {
    const { entry } = this;
    const day = startsDay(entry, place.before);
    const follows = !place.unread && belongTogether(entry, place.before);
    this.#drawn = `${day} ${place.unread} ${follows}`;
    this.#kind = `line ${classOf(entry)}${follows ? ' is-following' : ''}`;
    this.#setClass();
    replaceChildren(
      this.#above,
      day && el('p', { class: 'line-day' }, formatDay(entry.at)),
      place.unread && unreadLine(),
    );
    replaceChildren(this.#content, ...(entry.kind === 'message' ? this.#message(entry, follows) : noticeParts(entry)));
    setTabStops(this.element);
  }

  /** Takes another place with the same entry. @param {Place} place */
  follow(place) {
    const follows = !place.unread && belongTogether(this.entry, place.before);
    if (this.#drawn !== `${startsDay(this.entry, place.before)} ${place.unread} ${follows}`) this.show(place);
  }

  /** Shows for a moment that this is the line one came to see. */
  mark() {
    this.element.classList.add('is-marked');
    clearTimeout(this.#marked);
    this.#marked = window.setTimeout(() => this.element.classList.remove('is-marked'), markedMs);
  }

  #setClass() {
    const states = ['is-active', 'is-asked', 'is-marked'].filter((name) => this.element.classList.contains(name));
    this.element.className = [this.#kind, ...states].join(' ');
  }

  /** @param {...string} parts @returns {string} the ids of parts of the line, those that are not there too */
  #ids(...parts) {
    return parts.map((part) => `${this.#id}-${part}`).join(' ');
  }

  /** @param {MessageEntry} message @param {boolean} follows */
  #message(message, follows) {
    const { own, name, text, at, to, reply, edited, deleted, state } = message;
    const body = deleted ? [t('chat.deleted')] : textParts(text);
    if (reply !== null) this.#quote ??= this.#parts.quote(reply, this.#ids('quote'));
    return [
      el(
        'p',
        { class: follows ? 'line-head unseen' : 'line-head', id: this.#ids('head') },
        el(
          'span',
          { class: 'line-who' },
          el('bdi', { class: 'line-name' }, own ? t('chat.you') : name),
          ' ',
          el('time', { datetime: at.toISOString() }, formatTime(at)),
        ),
        ' ',
        to !== null && this.#readers(own ? this.#parts.nameOf(to) : name),
      ),
      reply !== null && !deleted && this.#quote,
      el('p', { class: 'line-text', dir: 'auto', id: this.#ids('text') }, ...body),
      edited && this.#editedMark(edited),
      state === 'pending' && el('p', { class: 'line-state', id: this.#ids('state') }, t('chat.pending')),
      state === 'failed' && this.#failure(message),
    ];
  }

  /** Who reads a private message. @param {string | null} name */
  #readers(name) {
    const text = name === null ? [t('chat.privateAlone')] : sentence('chat.private', { name });
    return el('span', { class: 'line-private' }, icon('lock'), el('span', {}, ...text));
  }

  /** @param {Date} edited */
  #editedMark(edited) {
    const title = t('chat.editedAt', { time: formatMoment(edited) });
    return el('p', { class: 'line-edited', id: this.#ids('edited'), title }, t('chat.edited'));
  }

  /** @param {MessageEntry} message */
  #failure({ key, problem }) {
    const { retry, discard } = this.#parts;
    const button = (/** @type {import('../i18n/index.js').Key} */ name, /** @type {(key: string) => void} */ act) =>
      el('button', { type: 'button', class: 'text-button', onclick: () => act(key) }, t(name));
    return el(
      'p',
      { class: 'line-state is-failed' },
      icon('alert'),
      el('span', { id: this.#ids('state') }, problem === null || problem === 'closed' ? t('chat.failed') : errorText(problem)),
      el('span', { class: 'line-remedies' }, button('chat.retry', retry), button('chat.discard', discard)),
    );
  }
}

function unreadLine() {
  const text = t('chat.newMessages');
  return el('p', { class: 'line-unread', role: 'separator', 'aria-label': text }, text);
}

/** @param {Entry} entry @param {Entry | undefined} before */
function startsDay({ at }, before) {
  return before ? dayOf(before.at) !== dayOf(at) : !isToday(at);
}

/** @type {WeakMap<Date, string>} */
const days = new WeakMap();

/** @param {Date} date which stays as it is */
function dayOf(date) {
  const known = days.get(date);
  if (known !== undefined) return known;
  const day = date.toDateString();
  days.set(date, day);
  return day;
}

/** @param {Date} date */
const isToday = (date) => dayOf(date) === new Date().toDateString();

/** @param {Entry} entry */
function classOf(entry) {
  if (entry.kind === 'notice') return 'is-notice';
  const marks = [entry.own && 'is-own', entry.deleted && 'is-deleted', entry.to !== null && 'is-private'];
  return ['is-message', `is-${entry.state}`, ...marks.filter(Boolean)].join(' ');
}

/** @param {Entry} entry @param {Entry | undefined} before */
function belongTogether(entry, before) {
  return (
    before?.kind === 'message' &&
    entry.kind === 'message' &&
    before.from === entry.from &&
    before.own === entry.own &&
    before.name === entry.name &&
    before.to === entry.to &&
    !startsDay(entry, before) &&
    entry.at.getTime() - before.at.getTime() < togetherMs
  );
}

/** @param {NoticeEntry} notice */
function noticeParts({ what, name, newName, at }) {
  return [
    el(
      'p',
      { class: 'line-notice' },
      ...sentence(`notice.${what}`, { name, newName: newName ?? '' }),
      ' ',
      el('time', { datetime: at.toISOString() }, formatTime(at)),
    ),
  ];
}
