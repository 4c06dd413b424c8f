import { errorText, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { announce } from './announcer.js';
import { el, replaceChildren, setText, yieldFocus } from './dom.js';
import { icon } from './icons.js';
import { sentence } from './sentence.js';

/** How long knocks are gathered before they are told together. */
export const GATHER_MS = 3_000;

/**
 * Tells a host that somebody waits to be let in, in one line however many they are, until each is answered; unless the
 * list of them is looked at.
 */
export class KnockNotice {
  /** Empty while there is nothing to tell. */
  element = el('div', { class: 'offer knock-notice', role: 'region', 'aria-label': t('knock.list') });
  #call;
  #show;
  #notify;
  #text = el('p', {});
  #fault = el('p', { class: 'fault', role: 'alert' });
  /** Whom the host has heard of. @type {Set<string>} */
  #told = new Set();
  /** Runs after somebody was told of. @type {any} */
  #timer = null;
  #covered = false;
  #drawn = '';

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {() => void} options.show shows the list
   * @param {(text: string) => void} options.notify tells who does not look at the page
   */
  constructor({ call, show, notify }) {
    this.#call = call;
    this.#show = show;
    this.#notify = notify;
  }

  connect() {
    this.#call.hosting.addEventListener('change', this.#changed);
    this.#changed();
  }

  disconnect() {
    this.#call.hosting.removeEventListener('change', this.#changed);
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @param {boolean} covered whether the list is looked at */
  cover(covered) {
    this.#covered = covered;
    this.#draw();
  }

  #changed = () => {
    const { knocks } = this.#call.hosting;
    for (const id of this.#told) if (!knocks.has(id)) this.#told.delete(id);
    this.#draw();
    this.#timer ??= this.#tell();
  };

  /** Tells of those who came since the last time. @returns {any} a timer while nobody is told of; null if nobody came */
  #tell() {
    const { knocks } = this.#call.hosting;
    const come = [...knocks.keys()].filter((id) => !this.#told.has(id));
    if (come.length === 0) return null;
    for (const id of come) this.#told.add(id);
    const text = this.#textOf(come.length === 1 ? come : [...knocks.keys()]);
    announce(text);
    this.#notify(text);
    return setTimeout(() => {
      this.#timer = this.#tell();
    }, GATHER_MS);
  }

  /** @param {string[]} ids */
  #textOf(ids) {
    const name = this.#call.hosting.knocks.get(ids[0])?.name ?? '';
    return ids.length === 1 ? t('knock.one', { name }) : t('knock.many', { count: ids.length });
  }

  #draw() {
    const ids = [...this.#call.hosting.knocks.keys()];
    const drawn = this.#covered ? '' : `${ids.length} ${ids[0] ?? ''}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    setText(this.#fault, '');
    if (this.#covered || ids.length === 0) {
      yieldFocus(this.element);
      return replaceChildren(this.element);
    }
    const { hosting } = this.#call;
    const [id] = ids;
    const name = hosting.knocks.get(id)?.name ?? '';
    const had = this.element.contains(document.activeElement);
    replaceChildren(this.#text, ...(ids.length === 1 ? sentence('knock.one', { name }) : [this.#textOf(ids)]));
    const first = ids.length === 1
      ? button('button-primary', t('knock.admit'), t('knock.admitName', { name }), () => this.#try(() => hosting.admit(id)))
      : button('button-primary', t('knock.admitAll'), t('knock.admitAll'), () => this.#try(() => hosting.admitAll()));
    const second = ids.length === 1
      ? button('button-quiet', t('knock.decline'), t('knock.declineName', { name }), () => this.#try(() => hosting.decline(id)))
      : button('button-quiet', t('knock.show'), t('knock.show'), () => this.#show());
    replaceChildren(this.element, icon('door'), this.#text, el('div', { class: 'offer-actions' }, first, second), this.#fault);
    if (had) second.focus(); // not what lets in, where a second press may not be meant
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    setText(this.#fault, '');
    try {
      await act();
    } catch (error) {
      setText(this.#fault, errorText(error instanceof ProtocolError ? error.code : 'unknown'));
    }
  }
}

/** @param {string} kind @param {string} text @param {string} name which holds the text @param {() => void} onclick */
const button = (kind, text, name, onclick) => el('button', { type: 'button', class: `button ${kind}`, 'aria-label': name, onclick }, text);
