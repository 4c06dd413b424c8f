import { isPending } from '../files/outgoing.js';
import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { el, setText, uniqueID } from './dom.js';
import { FileRow } from './file-row.js';
import { stateText } from './file-text.js';

/** @typedef {import('./file-text.js').Item} Item */
/** @typedef {import('../files/transfers.js').Refused} Refused */

/** The files on their way to and from the others, and what became of those that were. */
export class FilesTray {
  #transfers;
  #nameOf;
  #isHere;
  #leave;
  #title = el('h3', { id: uniqueID('files') });
  #clear = el('button', { type: 'button', class: 'text-button', onclick: () => this.#clearEnded() });
  #list = el('ul', { class: 'file-list', onemptied: () => this.#leave() });
  #body;
  #fault = el('p', { class: 'fault', role: 'status' });
  /** By group. @type {Map<string, FileRow>} */
  #rows = new Map();
  /** States that were told, by id. @type {Map<string, string>} */
  #told = new Map();

  /**
   * @param {object} options
   * @param {import('../files/transfers.js').Transfers} options.transfers
   * @param {(id: string) => string | null} options.nameOf
   * @param {(id: string) => boolean} options.isHere
   * @param {() => void} options.leave takes the keyboard when it has nothing to do here any more
   */
  constructor({ transfers, nameOf, isHere, leave }) {
    this.#transfers = transfers;
    this.#nameOf = nameOf;
    this.#isHere = isHere;
    this.#leave = leave;
    setText(this.#title, t('files.title'));
    setText(this.#clear, t('files.clear'));
    const head = el('div', { class: 'files-head' }, this.#title, this.#clear);
    this.#body = el('section', { class: 'files', 'aria-labelledby': this.#title.id, hidden: true }, head, this.#list);
    this.element = el('div', { class: 'files-tray' }, this.#body, this.#fault);
  }

  connect() {
    for (const { id, state } of this.#transfers.list) this.#told.set(id, state);
    this.#transfers.addEventListener('change', this.update);
    this.#transfers.addEventListener('offer', this.#offered);
    this.update();
  }

  disconnect() {
    this.#transfers.removeEventListener('change', this.update);
    this.#transfers.removeEventListener('offer', this.#offered);
  }

  /** Says what was not offered, or nothing. @param {string} text */
  tell(text) {
    setText(this.#fault, text);
  }

  /** @param {Refused[]} refused */
  refuse(refused) {
    const texts = refused.slice(0, 3).map(({ name, reason }) =>
      t(reason === 'too-big' ? 'files.tooBig' : 'files.tooMany', { file: name }));
    this.tell(texts.join(' '));
  }

  update = () => {
    const groups = this.#groups();
    for (const [group, row] of this.#rows) {
      if (groups.has(group)) continue;
      row.element.remove();
      this.#rows.delete(group);
    }
    for (const [group, items] of groups) this.#row(group).show(items, this.#nameOf, this.#failed(items).length > 0);
    this.#body.hidden = groups.size === 0;
    this.#clear.hidden = this.#transfers.list.every(isPending);
    for (const item of this.#transfers.list) this.#announce(item);
    const listed = new Set(this.#transfers.list.map(({ id }) => id));
    for (const id of this.#told.keys()) if (!listed.has(id)) this.#told.delete(id);
  };

  #groups() {
    /** @type {Map<string, Item[]>} */
    const groups = new Map();
    for (const item of this.#transfers.list) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
    return groups;
  }

  /** @param {string} group */
  #row(group) {
    const known = this.#rows.get(group);
    if (known) return known;
    const row = new FileRow((act) => this.#act(group, act));
    this.#rows.set(group, row);
    this.#list.prepend(row.element);
    return row;
  }

  /** Those that can be tried again. @param {readonly Item[]} items */
  #failed(items) {
    return items.filter(({ way, state, peer }) => way === 'out' && /failed|cancelled/.test(state) && this.#isHere(peer));
  }

  /** @param {string} group @param {import('./file-row.js').Act} act */
  #act(group, act) {
    this.tell('');
    const items = this.#groups().get(group) ?? [];
    if (act === 'again') for (const { id } of this.#failed(items)) this.#transfers.retry(id);
    for (const { id } of items) {
      if (act === 'save') this.#transfers.accept(id);
      else if (act === 'decline') this.#transfers.decline(id);
      else if (act === 'cancel') this.#transfers.cancel(id);
    }
  }

  #clearEnded() {
    for (const [, items] of this.#groups()) {
      if (!items.some(isPending)) for (const { id } of items) this.#transfers.remove(id);
    }
    this.tell('');
    this.#leave();
  }

  /** @param {Event} event */
  #offered = (event) => {
    const { peer, name: file } = /** @type {CustomEvent<Item>} */ (event).detail;
    announce(t('files.offered', { name: this.#nameOf(peer) ?? t('files.somebody'), file }));
  };

  /** Says how a transfer has ended, once. @param {Item} item */
  #announce(item) {
    const now = `${item.state} ${item.reason ?? ''}`;
    if (this.#told.get(item.id) === now) return;
    this.#told.set(item.id, now);
    const refused = item.state === 'offered' && Boolean(item.reason);
    if ((isPending(item) && !refused) || item.reason === 'you') return;
    announce(`${item.name}: ${stateText(item, this.#nameOf(item.peer) ?? t('files.somebody'))}`);
  }
}
