import { t } from '../i18n/index.js';
import { AudioLevels } from './audio-levels.js';
import { Chime, SOUNDS } from './chime.js';
import { choice } from './choice.js';
import { DeviceSelect } from './device-select.js';
import { dialog } from './dialog.js';
import { el, uniqueID } from './dom.js';
import { icon } from './icons.js';
import { languageSelect } from './language-select.js';
import { LevelMeter } from './level-meter.js';
import { notificationPermission } from './notifier.js';
import { preferences } from './preferences.js';
import { Problems } from './problems.js';

const ownVoice = 'own';

/** The dialog of what a person may set during a call. */
export class Settings {
  #media;
  #changed;
  #room;
  #levels = new AudioLevels();
  #chime = new Chime();
  #meter = new LevelMeter(this.#levels, ownVoice);
  #selects;
  #notifications = el('input', { type: 'checkbox', role: 'switch', onchange: () => this.#setNotifications() });
  #problems = new Problems();
  #blocked = el('p', { class: 'fault', role: 'status' });

  /**
   * @param {object} options
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   * @param {import('./room-settings.js').RoomSettings} options.room
   * @param {() => void} options.changed called when something else than a device was set
   */
  constructor({ media, room, changed }) {
    this.#media = media;
    this.#changed = changed;
    this.#room = room;
    this.#selects = [
      new DeviceSelect(media, 'camera'),
      new DeviceSelect(media, 'mic', this.#meter.element),
      new DeviceSelect(media, 'speaker', this.#testButton()),
    ];
    this.element = dialog(
      { title: t('settings.title'), kind: 'settings' },
      el(
        'div',
        { class: 'settings-own' },
        ...this.#selects.map(({ element }) => element),
        this.#problems.element,
        el('div', { class: 'settings-pair' }, this.#layout(), languageField()),
        this.#sounds(),
        notificationPermission() !== null && choice(this.#notifications, t('settings.notifications'), t('settings.notificationsHint')),
        this.#blocked,
      ),
      room.element,
    );
    this.element.addEventListener('close', () => this.disconnect());
  }

  /** @param {'language' | 'room'} [first] what the keyboard is to be at */
  open(first) {
    if (this.element.open) return;
    this.#room.update();
    this.#notifications.checked = preferences.notifications === true && notificationPermission() === 'granted';
    this.#blocked.textContent = '';
    for (const select of this.#selects) select.connect();
    this.#levels.connect();
    this.#meter.connect();
    this.#media.addEventListener('change', this.#listen);
    this.#listen();
    this.element.showModal();
    const at = { language: '.language select', room: '.room-settings input' };
    if (first) /** @type {HTMLElement | null} */ (this.element.querySelector(at[first]))?.focus();
  }

  disconnect() {
    for (const select of this.#selects) select.disconnect();
    this.#media.removeEventListener('change', this.#listen);
    this.#meter.disconnect();
    this.#levels.disconnect();
    this.#chime.close();
  }

  #listen = () => {
    this.#levels.watch(ownVoice, this.#media.mic.track);
    this.#problems.show(this.#media);
  };

  #testButton() {
    const text = t('settings.test');
    return el(
      'button',
      {
        type: 'button', class: 'round-button is-plain', 'aria-label': text, title: text,
        onclick: () => this.#chime.play(SOUNDS.joined, this.#media.speaker ?? ''),
      },
      icon('sound'),
    );
  }

  #layout() {
    const id = uniqueID('layout');
    const select = el(
      'select',
      {
        id, class: 'input',
        onchange: () => {
          preferences.layout = select.value === 'speaker' ? 'speaker' : 'tiles';
          this.#changed();
        },
      },
      ...(/** @type {const} */ (['tiles', 'speaker'])).map((value) => el('option', { value }, t(`settings.${value}`))),
    );
    select.value = preferences.layout;
    return el('div', { class: 'field' }, el('label', { for: id, class: 'label' }, t('settings.layout')), select);
  }

  #sounds() {
    const input = el('input', {
      type: 'checkbox', role: 'switch', checked: preferences.sounds,
      onchange: () => {
        preferences.sounds = input.checked;
        this.#changed();
      },
    });
    return choice(input, t('settings.sounds'), t('settings.soundsHint'));
  }

  async #setNotifications() {
    const input = this.#notifications;
    this.#blocked.textContent = '';
    if (input.checked && notificationPermission() !== 'granted') {
      const answer = notificationPermission() === 'denied' ? 'denied' : await Notification.requestPermission();
      input.checked = answer === 'granted';
      if (answer === 'denied') this.#blocked.textContent = t('settings.blocked');
    }
    preferences.notifications = input.checked;
    this.#changed();
  }
}

const languageField = () =>
  el('div', { class: 'field' }, el('span', { class: 'label', 'aria-hidden': 'true' }, t('app.language')), languageSelect());
