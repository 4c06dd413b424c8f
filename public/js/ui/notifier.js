import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { el, replaceChildren, yieldFocus } from './dom.js';
import { icon } from './icons.js';
import { preferences } from './preferences.js';

/** @typedef {import('../chat/entry.js').MessageEntry} MessageEntry */

/** How much of a message a notification shows, in characters. */
const LENGTH = 200;

/**
 * Has the system tell of messages while the page is hidden, if that is wanted. Where nobody was asked yet and messages
 * have come meanwhile, {@link Notifier#offer} asks once, when one comes back.
 */
export class Notifier {
  #call;
  #show;
  /** @type {Notification | null} */
  #shown = null;
  /** Whether messages came that nobody was told of. */
  #missed = false;
  #asked = false;
  /** Stands somewhere over the stage; empty unless there is something to ask. */
  offer = el('div', { class: 'offer', role: 'status' });

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {() => void} options.show shows the chat
   */
  constructor({ call, show }) {
    this.#call = call;
    this.#show = show;
  }

  connect() {
    this.#call.chat.transcript.addEventListener('arrived', this.#arrived);
    document.addEventListener('visibilitychange', this.#returned);
  }

  disconnect() {
    this.#call.chat.transcript.removeEventListener('arrived', this.#arrived);
    document.removeEventListener('visibilitychange', this.#returned);
    this.#close();
    replaceChildren(this.offer);
  }

  /** @param {Event} event */
  #arrived = (event) => {
    if (!document.hidden) return;
    const { entry } = /** @type {CustomEvent<{entry: MessageEntry}>} */ (event).detail;
    if (preferences.notifications === null) this.#missed = true;
    else this.#notify(entry);
  };

  /** @param {MessageEntry} entry */
  #notify({ name, text, to }) {
    this.tell(to === null ? name : t('notify.private', { name }), text.slice(0, LENGTH), this.#show);
  }

  /**
   * Has the system tell something if the page is hidden and that is wanted. One at a time: what is newer takes the place
   * of what was before. Silent, as the page has sounds of its own.
   * @param {string} title
   * @param {string} body
   * @param {() => void} show shows what it is about
   */
  tell(title, body, show) {
    if (!document.hidden || !preferences.notifications || notificationPermission() !== 'granted') return;
    this.#close();
    try {
      this.#shown = new Notification(title, { body, tag: `moim ${this.#call.room.name}`, silent: true });
    } catch {
      return; // a browser that has them only in service workers
    }
    this.#shown.onclick = () => {
      window.focus();
      this.#close();
      show();
    };
  }

  #close() {
    this.#shown?.close();
    this.#shown = null;
  }

  #returned = () => {
    if (document.hidden) return;
    this.#close();
    if (!this.#missed || this.#asked || preferences.notifications !== null) return;
    if ([null, 'denied'].includes(notificationPermission())) return;
    this.#asked = true;
    this.#ask();
  };

  #ask() {
    replaceChildren(
      this.offer,
      icon('bell'),
      el('p', {}, t('notify.offer')),
      el(
        'div',
        { class: 'offer-actions' },
        button('button-primary', t('notify.on'), () => this.#accept()),
        button('button-quiet', t('notify.no'), () => this.#decline()),
      ),
    );
  }

  async #accept() {
    const answer = await Notification.requestPermission();
    if (answer === 'default') return this.#decline();
    preferences.notifications = answer === 'granted';
    this.#end();
    announce(t(answer === 'granted' ? 'notify.done' : 'notify.blocked'));
  }

  #decline() {
    preferences.notifications = false;
    this.#end();
  }

  #end() {
    yieldFocus(this.offer);
    replaceChildren(this.offer);
  }
}

/** Whether the system may be asked to tell. @returns {NotificationPermission | null} null where it cannot */
export function notificationPermission() {
  if (!isSecureContext || !('Notification' in globalThis)) return null;
  // Browsers of phones let only service workers make notifications.
  return /Android|iPhone|iPad/.test(globalThis.navigator?.userAgent) ? null : Notification.permission;
}

/** @param {string} kind @param {string} text @param {() => void} act */
const button = (kind, text, act) => el('button', { type: 'button', class: `button ${kind}`, onclick: act }, text);
