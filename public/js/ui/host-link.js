import { t } from '../i18n/index.js';
import { hostLink } from './address-keys.js';
import { copyText } from './copy.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';

/** The link with which the holder of a host key is host on another device, too; it is not shown before it is asked for. */
export class HostLink {
  element = el('div', { class: 'host-link', hidden: true });
  #told = el('p', { class: 'hint invite-told', role: 'status' });

  /** @param {string} room @param {string | undefined} key none: there is nothing to show */
  reset(room, key) {
    this.element.hidden = !key;
    if (!key) return replaceChildren(this.element);
    replaceChildren(
      this.element,
      button('host', t('invite.host'), () => this.#show(hostLink(room, key))),
    );
  }

  /** @param {string} url */
  #show(url) {
    const link = el('input', {
      class: 'input', type: 'text', readonly: true, value: url, 'aria-label': t('invite.host'), onfocus: () => link.select(),
    });
    const copy = async () => {
      const copied = await copyText(link);
      replaceChildren(this.#told, el('span', {}, t(copied ? 'invite.copied' : 'invite.select')));
    };
    replaceChildren(this.#told);
    replaceChildren(
      this.element,
      el('p', { class: 'label' }, t('invite.host')),
      el('p', { class: 'hint' }, t('invite.hostWarning')),
      link,
      el('div', { class: 'dialog-actions' }, button('copy', t('invite.hostCopy'), copy)),
      this.#told,
    );
    link.focus();
  }
}

/** @param {import('./icons.js').IconName} drawing @param {string} text @param {() => void} onclick */
const button = (drawing, text, onclick) =>
  el('button', { type: 'button', class: 'button button-quiet', onclick }, icon(drawing), text);
