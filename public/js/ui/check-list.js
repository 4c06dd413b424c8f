import { t } from '../i18n/index.js';
import { el, replaceChildren, setText } from './dom.js';
import { millisecondsText } from './figure-text.js';
import { icon } from './icons.js';

/** @import { Row, RowState, Summary } from '../check/verdict.js' */
/** @typedef {import('../i18n/index.js').Key} Key */

/** @type {Record<RowState, import('./icons.js').IconName>} */
const ICONS = { waiting: 'dots', running: 'dots', ok: 'check', warn: 'alert', failed: 'close', off: 'minus' };

/** How it stands with one thing, in a word or two. @param {Row} row */
export function stateText({ state, code, roundTrip }) {
  if (state === 'ok' && roundTrip !== null) return t('check.state.okIn', { time: millisecondsText(roundTrip) });
  if (state !== 'warn') return t(`check.state.${state}`);
  if (code.startsWith('check-')) return t('check.state.untested');
  return t(code.endsWith('-blocked') || code === 'direct-relayed' ? 'check.state.blocked' : 'check.state.warn');
}

/** What is the matter with it and what to do, or nothing. @param {Row} row */
export function causeText({ code }) {
  const [, device, problem] = /^(mic|camera)-(missing|refused|busy|insecure|failed)$/.exec(code) ?? [];
  if (device) return t(/** @type {Key} */ (`problem.${device}.${problem}`));
  return code && t(/** @type {Key} */ (`cause.${code}`));
}

/** @param {Summary} summary */
export function summaryText({ codes }) {
  return codes.map((code) => t(/** @type {Key} */ (`summary.${code}`))).join(' ');
}

/** A drawing for a state, whose words stand beside it. */
class Mark {
  element = el('span', { class: 'check-mark', 'aria-hidden': 'true' });
  #holder;
  /** @type {RowState | null} */
  #state = null;

  /** @param {HTMLElement} holder whose class tells the state */
  constructor(holder) {
    this.#holder = holder;
  }

  /** @param {RowState} state */
  show(state) {
    if (state === this.#state) return;
    if (this.#state) this.#holder.classList.toggle(`is-${this.#state}`, false);
    this.#holder.classList.toggle(`is-${state}`, true);
    this.#state = state;
    replaceChildren(this.element, icon(ICONS[state]));
  }
}

/** What was looked at, a line each, and what it all means above. */
export class CheckList {
  #text = el('span');
  summary = el('p', { class: 'check-summary', role: 'status' });
  element = el('ul', { class: 'check-list', 'aria-label': t('check.list') });
  #mark = new Mark(this.summary);
  /** @type {Map<string, CheckLine>} */
  #lines = new Map();

  constructor() {
    this.summary.append(this.#mark.element, this.#text);
  }

  /** @param {readonly Row[]} rows @param {Summary} summary */
  show(rows, summary) {
    this.#mark.show(summary.state);
    setText(this.#text, summaryText(summary));
    for (const row of rows) this.#lineOf(row).show(row);
  }

  /** @param {Row} row */
  #lineOf({ id }) {
    const known = this.#lines.get(id);
    if (known) return known;
    const line = new CheckLine(id);
    this.#lines.set(id, line);
    this.element.append(line.element);
    return line;
  }
}

class CheckLine {
  element = el('li', { class: 'check-row' });
  #mark = new Mark(this.element);
  #state = el('span', { class: 'check-state' });
  #cause = el('span');
  #message = el('span', { class: 'check-message', lang: 'en', hidden: true });
  #more = el('p', { class: 'check-cause', hidden: true }, this.#cause, this.#message);

  /** @param {Row['id']} id */
  constructor(id) {
    this.element.append(
      this.#mark.element, el('span', { class: 'check-name' }, t(`check.row.${id}`)), this.#state, this.#more,
    );
  }

  /** @param {Row} row */
  show(row) {
    this.#mark.show(row.state);
    setText(this.#state, stateText(row));
    setText(this.#cause, causeText(row));
    setText(this.#message, row.message);
    this.#message.hidden = !row.message;
    this.#more.hidden = !row.code;
  }
}
