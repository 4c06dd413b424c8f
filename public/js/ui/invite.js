import { t } from '../i18n/index.js';
import { copyText } from './copy.js';
import { dialog } from './dialog.js';
import { el, replaceChildren } from './dom.js';
import { HostLink } from './host-link.js';
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
  #host = new HostLink();
  #hostKey;

  /** @param {string} room @param {() => string | undefined} hostKey the own one, if one is host */
  constructor(room, hostKey) {
    this.#room = room;
    this.#hostKey = hostKey;
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
      this.#host.element,
    );
  }

  open() {
    if (this.element.open) return;
    if (!this.#code.hasChildNodes()) {
      this.#code.append(qrDrawing(this.#url, t('invite.qr')), el('figcaption', { class: 'hint' }, t('invite.scan')));
    }
    replaceChildren(this.#told);
    this.#host.reset(this.#room, this.#hostKey());
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
    const copied = await copyText(this.#link);
    // A new node each time, so that the same words are read out again.
    replaceChildren(this.#told, el('span', {}, t(copied ? 'invite.copied' : 'invite.select')));
  }
}
