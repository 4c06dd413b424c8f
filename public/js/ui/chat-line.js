import { errorText, formatDay, formatTime, t } from '../i18n/index.js';
import { withoutBidiControls } from './bidi.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';
import { linkify } from './linkify.js';
import { sentence } from './sentence.js';

/** @typedef {import('../chat/transcript.js').Entry} Entry */
/** @typedef {import('../chat/transcript.js').MessageEntry} MessageEntry */
/** @typedef {import('../chat/transcript.js').NoticeEntry} NoticeEntry */

const togetherMs = 3 * 60_000;

/** One line of the log: a message or a notice, with the day above it where a new one begins. */
export class ChatLine {
  element = el('div', { class: 'line' });
  #retry;
  #newDay = false;
  #follows = false;

  /** @param {(key: string) => void} retry sends a failed message again */
  constructor(retry) {
    this.#retry = retry;
  }

  /** @param {Entry} entry @param {Entry | undefined} before the line above */
  show(entry, before) {
    this.#newDay = startsDay(entry, before);
    this.#follows = belongTogether(entry, before);
    this.element.className = `line ${classOf(entry)}${this.#follows ? ' is-following' : ''}`;
    replaceChildren(
      this.element,
      this.#newDay && el('p', { class: 'line-day' }, formatDay(entry.at)),
      ...(entry.kind === 'notice' ? noticeParts(entry) : messageParts(entry, this.#follows, this.#retry)),
    );
  }

  /** Takes another line above the same entry. @param {Entry} entry @param {Entry | undefined} before */
  follow(entry, before) {
    if (this.#newDay === startsDay(entry, before) && this.#follows === belongTogether(entry, before)) return;
    this.show(entry, before);
  }
}

/** @param {Entry} entry @param {Entry | undefined} before */
function startsDay({ at }, before) {
  return before ? before.at.toDateString() !== at.toDateString() : !isToday(at);
}

/** @param {Date} date */
const isToday = (date) => date.toDateString() === new Date().toDateString();

/** @param {Entry} entry */
function classOf(entry) {
  if (entry.kind === 'notice') return 'is-notice';
  const own = entry.own ? ' is-own' : '';
  const deleted = entry.deleted ? ' is-deleted' : '';
  return `is-message is-${entry.state}${own}${deleted}`;
}

/** @param {Entry} entry @param {Entry | undefined} before */
function belongTogether(entry, before) {
  return (
    before?.kind === 'message' &&
    entry.kind === 'message' &&
    before.from === entry.from &&
    before.own === entry.own &&
    before.name === entry.name &&
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

/**
 * @param {MessageEntry} message
 * @param {boolean} follows
 * @param {(key: string) => void} retry
 */
function messageParts({ key, own, name, text, at, state, problem, deleted }, follows, retry) {
  const head = el(
    'p',
    { class: follows ? 'line-head unseen' : 'line-head' },
    el('bdi', { class: 'line-name' }, own ? t('chat.you') : name),
    ' ',
    el('time', { datetime: at.toISOString() }, formatTime(at)),
  );
  const body = el('p', { class: 'line-text', dir: 'auto' }, ...(deleted ? [t('chat.deleted')] : textParts(text)));
  if (state === 'pending') return [head, body, el('p', { class: 'line-state' }, t('chat.pending'))];
  if (state === 'failed') {
    const again = el('button', { type: 'button', class: 'text-button', onclick: () => retry(key) }, t('chat.retry'));
    return [head, body, el('p', { class: 'line-state is-failed' }, icon('alert'), failureText(problem), ' ', again)];
  }
  return [head, body];
}

/** @param {string | null} problem an error code */
function failureText(problem) {
  return problem === null || problem === 'closed' ? t('chat.failed') : errorText(problem);
}

/** @param {string} text @returns {(string | HTMLElement)[]} */
function textParts(text) {
  return linkify(text).map((piece) =>
    typeof piece === 'string'
      ? withoutBidiControls(piece)
      : el('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer', title: piece.host }, piece.text),
  );
}
