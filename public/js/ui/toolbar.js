import { t } from '../i18n/index.js';
import { cameraFace, Control, micFace } from './control.js';
import { el, setAttribute, setText, uniqueID } from './dom.js';

/** @typedef {'chat' | 'people'} PanelName */

/** @typedef {object} ToolbarActions
 * @property {() => void} mic
 * @property {() => void} camera
 * @property {() => void} chat
 * @property {() => void} people
 * @property {() => void} invite
 * @property {() => void} leave
 */

/** @typedef {object} ToolbarState
 * @property {boolean} mic whether it is on, or is to be
 * @property {boolean} camera whether it is on, or is to be
 * @property {PanelName | null} panel
 * @property {number} unread
 * @property {boolean} more whether more than these are unread
 * @property {number} people
 */

/** The controls below the stage. */
export class Toolbar {
  #mic;
  #camera;
  #chat;
  #people;
  #badge = el('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  #unread = el('span', { class: 'unseen', id: uniqueID('unread') });
  #count = el('span', { class: 'toolbar-count' });
  #room = el('span', { class: 'toolbar-room' });

  /** @param {ToolbarActions} actions */
  constructor(actions) {
    this.#mic = new Control({ face: micFace(true), act: actions.mic, shortcut: 'm', kind: 'is-switch' });
    this.#camera = new Control({ face: cameraFace(true), act: actions.camera, shortcut: 'v', kind: 'is-switch' });
    this.#chat = new Control({ face: chatFace(false), act: actions.chat, shortcut: 'c' });
    this.#people = new Control({ face: peopleFace(false), act: actions.people, shortcut: 'p' });
    const invite = new Control({ face: { label: 'control.invite', icon: 'invite' }, act: actions.invite });
    const leave = new Control({
      face: { label: 'control.leave', icon: 'leave' },
      act: actions.leave,
      kind: 'is-leave',
    });
    this.#chat.element.append(this.#badge);
    this.element = el(
      'footer',
      { class: 'toolbar' },
      el('p', { class: 'toolbar-place' }, this.#room, this.#count),
      el(
        'div',
        { class: 'toolbar-controls', role: 'group', 'aria-label': t('control.toolbar') },
        ...[this.#mic, this.#camera, this.#chat, this.#people, invite, leave].map((control) => control.element),
      ),
      this.#unread,
    );
  }

  /** @param {string} name of the room */
  place(name) {
    setText(this.#room, name);
  }

  /** @param {ToolbarState} state */
  show({ mic, camera, panel, unread, more, people }) {
    this.#mic.show(micFace(mic));
    this.#camera.show(cameraFace(camera));
    this.#chat.show(chatFace(panel === 'chat'));
    this.#people.show(peopleFace(panel === 'people'));
    setText(this.#count, t('call.people', { count: people }));
    setText(this.#badge, unread > 99 ? '99+' : `${unread}${more ? '+' : ''}`);
    setText(this.#unread, unread ? t(more ? 'chat.unreadMore' : 'chat.unread', { count: unread }) : '');
    this.#badge.hidden = unread === 0;
    setAttribute(this.#chat.element, 'aria-describedby', unread ? this.#unread.id : null);
  }

  /** Gives the keyboard back to the control of a panel that was closed. @param {PanelName} panel */
  focus(panel) {
    (panel === 'chat' ? this.#chat : this.#people).element.focus();
  }
}

/** @param {boolean} pressed @returns {import('./control.js').Face} */
const chatFace = (pressed) => ({ label: 'control.chat', icon: 'chat', pressed });

/** @param {boolean} pressed @returns {import('./control.js').Face} */
const peopleFace = (pressed) => ({ label: 'control.people', icon: 'people', pressed });
