import { t } from '../i18n/index.js';
import { el, replaceChildren, uniqueID } from './dom.js';

/** @typedef {import('../rtc/local-media.js').ChoiceKind} ChoiceKind */
/** @typedef {import('../rtc/local-media.js').LocalMedia} LocalMedia */

const lists = Object.freeze(/** @type {const} */ ({ camera: 'cameras', mic: 'mics', speaker: 'speakers' }));

/** A select of the cameras, microphones or speakers; absent while there is nothing the page could choose from. */
export class DeviceSelect {
  #media;
  #kind;
  #select;
  #drawn = '';

  /** @param {LocalMedia} media @param {ChoiceKind} kind @param {import('./dom.js').Child} [aside] stands beside it */
  constructor(media, kind, aside) {
    this.#media = media;
    this.#kind = kind;
    const id = uniqueID('device');
    this.#select = el('select', { id, class: 'input', onchange: () => media.choose(kind, this.#select.value) });
    this.element = el(
      'div',
      { class: 'field device', hidden: true },
      el('label', { for: id, class: 'label' }, t(`device.${kind}`)),
      el('div', { class: 'field-row' }, this.#select, aside),
    );
  }

  connect() {
    this.#media.addEventListener('change', this.#update);
    this.#update();
  }

  disconnect() {
    this.#media.removeEventListener('change', this.#update);
  }

  #update = () => {
    const entries = this.#media.devices[lists[this.#kind]];
    const used = this.#kind === 'speaker' ? this.#media.speaker : this.#media[this.#kind].deviceId;
    this.element.hidden = entries.length === 0 || used === null;
    const drawn = JSON.stringify([entries, used]);
    const value = entries.some(({ id }) => id === used) ? used ?? '' : '';
    if (drawn === this.#drawn) {
      this.#select.value = value;
      return;
    }
    this.#drawn = drawn;
    const usual = entries.some(({ id }) => id === used) ? [] : [{ id: '', label: t('device.usual') }];
    replaceChildren(this.#select, ...[...usual, ...entries].map(({ id, label }, index) => (
      el('option', { value: id }, label || t('device.unnamed', { number: index + 1 }))
    )));
    this.#select.value = value;
  };
}
