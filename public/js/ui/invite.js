import { t } from '../i18n/index.js';
import { dialog } from './dialog.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';
import { qrDrawing } from './qr-drawing.js';
import { roomPath } from './room-name.js';

/** The dialog that hands out the link to a room. */
export class Invite {
  #room;
  #url;
  #link;
  /** Empty until it is wanted. */
  #code = el('figure', { class: 'invite-code' });
  #told = el('p', { class: 'hint invite-told', role: 'status' });

  /** @param {string} room */
  constructor(room) {
    this.#room = room;
    this.#url = new URL(roomPath(room), location.origin).href;
    this.#link = el('input', {
      class: 'input',
      type: 'text',
      readonly: true,
      value: this.#url,
      'aria-label': t('invite.link'),
      onfocus: () => this.#link.select(),
    });
    this.element = dialog(
      { title: t('invite.title'), kind: 'invite' },
      el('p', {}, t('invite.text')),
      this.#link,
      el('div', { class: 'dialog-actions' }, this.#shareButton(), this.#copyButton()),
      this.#told,
      this.#code,
    );
  }

  open() {
    if (this.element.open) return;
    if (!this.#code.hasChildNodes()) {
      this.#code.append(qrDrawing(this.#url, t('invite.qr')), el('figcaption', { class: 'hint' }, t('invite.scan')));
    }
    replaceChildren(this.#told);
    this.element.showModal();
  }

  #copyButton() {
    return el(
      'button',
      { type: 'button', class: 'button button-primary', autofocus: true, onclick: () => this.#copy() },
      icon('copy'),
      t('invite.copy'),
    );
  }

  #shareButton() {
    const data = { title: t('app.name'), text: t('invite.message', { room: this.#room }), url: this.#url };
    if (!navigator.canShare?.(data)) return null;
    const share = () => navigator.share(data).catch(() => undefined);
    return el(
      'button',
      { type: 'button', class: 'button button-quiet', onclick: share },
      icon('share'),
      t('invite.share'),
    );
  }

  async #copy() {
    const copied = (await this.#copyByClipboard()) || this.#copyBySelection();
    // A new node each time, so that the same words are read out again.
    replaceChildren(this.#told, el('span', {}, copied ? t('invite.copied') : t('invite.select')));
  }

  async #copyByClipboard() {
    try {
      await navigator.clipboard.writeText(this.#url);
      return true;
    } catch {
      return false;
    }
  }

  /** For pages without the clipboard interface, as over plain http. */
  #copyBySelection() {
    this.#link.focus();
    this.#link.select();
    return document.execCommand('copy');
  }
}
