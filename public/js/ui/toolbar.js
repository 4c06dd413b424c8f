import { t } from '../i18n/index.js';
import { cameraFace, Control, micFace } from './control.js';
import { el, replaceChildren, setAttribute, setText, uniqueID } from './dom.js';
import { icon } from './icons.js';
import { MoreMenu } from './more-menu.js';
import { Reactions } from './reactions.js';
import { roomSigns } from './room-signs.js';

/** @typedef {import('./control.js').Face} Face */
/** @typedef {'chat' | 'people'} PanelName */

/** @typedef {object} ToolbarActions
 * @property {() => void} mic
 * @property {() => void} camera
 * @property {() => void} screen
 * @property {() => void} hand
 * @property {(emoji: import('../reactions.js').Reaction) => void} react
 * @property {() => void} chat
 * @property {() => void} people
 * @property {() => void} invite
 * @property {() => void} settings
 * @property {() => void} shortcuts
 * @property {() => void} leave
 */

/** @typedef {object} ToolbarState
 * @property {boolean} mic whether it is on, or is to be
 * @property {boolean} camera whether it is on, or is to be
 * @property {boolean | null} screen whether it is shared; null where it cannot be
 * @property {boolean} hand whether the own one is raised
 * @property {PanelName | null} panel
 * @property {number} unread
 * @property {boolean} more whether more than these are unread
 * @property {number} offers how many files wait for an answer
 * @property {number} people
 * @property {number} hands how many are raised
 * @property {number} knocks how many wait to be let in
 */

/** The controls below the stage. A narrow window has the lesser ones in a sheet above. */
export class Toolbar {
  #controls;
  #reactions;
  #more = new MoreMenu();
  #unread = new Badge('badge');
  #hands = new Badge('badge is-hands');
  #handsInMore = new Badge('badge is-hands');
  #topic = el('bdi', { class: 'toolbar-topic' });
  #count = el('span', { class: 'toolbar-count' });
  #room = el('span', { class: 'toolbar-room' });
  #signs = el('span', { class: 'toolbar-signs' });
  #row = el('div', { class: 'toolbar-controls', role: 'group', 'aria-label': t('control.toolbar') });
  /** As wide as css/toolbar.css has it. */
  #slim = matchMedia('(max-width: 44rem), (max-height: 30rem) and (pointer: coarse)');
  /** @type {boolean | null} */
  #isSlim = null;

  /** @param {ToolbarActions} actions */
  constructor(actions) {
    this.#reactions = new Reactions(actions.react);
    this.#controls = makeControls(actions, this.#reactions);
    const { chat, people } = this.#controls;
    chat.element.append(this.#unread.element);
    people.element.append(this.#hands.element);
    this.#more.control.element.append(this.#handsInMore.element);
    this.element = el(
      'footer',
      { class: 'toolbar' },
      el(
        'p',
        { class: 'toolbar-place' },
        el('span', { class: 'toolbar-line' }, this.#room, this.#signs),
        el('span', { class: 'toolbar-line' }, this.#count, this.#topic),
      ),
      this.#row,
      helpButton(actions.shortcuts),
      this.#more.element,
      this.#unread.text,
      this.#hands.text,
      this.#handsInMore.text,
    );
    this.#arrange();
    new ResizeObserver(() => this.#arrange()).observe(this.element);
  }

  /** @param {import('../net/protocol.js').Room} room */
  place(room) {
    setText(this.#room, room.name);
    setText(this.#topic, room.topic);
    this.#topic.title = room.topic;
    const signs = roomSigns(room, { slim: true });
    if (signs.map((sign) => sign.textContent).join() !== [...this.#signs.children].map((sign) => sign.textContent).join()) {
      replaceChildren(this.#signs, ...signs);
    }
  }

  /** @param {ToolbarState} state */
  show({ mic, camera, screen, hand, panel, unread, more, offers, people, hands, knocks }) {
    const controls = this.#controls;
    controls.mic.show(micFace(mic));
    controls.camera.show(cameraFace(camera));
    controls.screen.show(screenFace(screen === true));
    controls.screen.element.hidden = screen === null;
    controls.hand.show(handFace(hand));
    controls.chat.show(chatFace(panel === 'chat'));
    controls.people.show(peopleFace(panel === 'people'));
    setText(this.#count, t('call.people', { count: people }));
    const news = unread + offers;
    const count = news > 99 ? '99+' : `${news}${more ? '+' : ''}`;
    const told = [
      unread > 0 && t(more ? 'chat.unreadMore' : 'chat.unread', { count: unread }), offers > 0 && t('chat.offers', { count: offers }),
    ];
    this.#unread.show(count, told.filter(Boolean).join(', '), controls.chat);
    const waiting = [hands > 0 && t('control.hands', { count: hands }), knocks > 0 && t('knock.many', { count: knocks })];
    const raised = waiting.filter(Boolean).join(', ');
    this.#hands.show(String(hands + knocks), raised, controls.people);
    this.#handsInMore.show(String(hands + knocks), raised, this.#more.control);
  }

  /** Gives the keyboard back to the control of a panel that was closed. @param {PanelName} panel */
  focus(panel) {
    const inSheet = this.#isSlim && panel === 'people';
    (inSheet ? this.#more.control : this.#controls[panel]).element.focus();
  }

  /** Puts the controls where the window has room for them. */
  #arrange() {
    const { matches } = this.#slim;
    if (matches === this.#isSlim) return;
    this.#isSlim = matches;
    const { mic, camera, screen, hand, react, chat, people, invite, settings, leave } = this.#controls;
    const lesser = [screen, hand, people, invite, settings];
    this.#reactions.floats = !matches;
    this.#more.hold(matches ? this.#reactions.element : null, matches ? elementsOf(lesser) : []);
    if (!matches) this.#row.after(this.#reactions.element);
    const shown = matches
      ? [mic, camera, chat, this.#more.control, leave]
      : [mic, camera, screen, hand, react, chat, people, invite, settings, leave];
    replaceChildren(this.#row, ...elementsOf(shown));
  }
}

/** A number on a control, and what it means for those who do not see it. */
class Badge {
  text = el('span', { class: 'unseen', id: uniqueID('badge') });

  /** @param {string} kind CSS classes */
  constructor(kind) {
    this.element = el('span', { class: kind, 'aria-hidden': 'true', hidden: true });
  }

  /** @param {string} count @param {string} text empty: there is nothing to tell @param {Control} control it is on */
  show(count, text, control) {
    setText(this.element, count);
    setText(this.text, text);
    this.element.hidden = !text;
    setAttribute(control.element, 'aria-describedby', text ? this.text.id : null);
  }
}

/** @param {ToolbarActions} actions @param {Reactions} reactions */
function makeControls(actions, reactions) {
  const controls = {
    mic: new Control({ face: micFace(true), act: actions.mic, shortcut: 'm', kind: 'is-switch' }),
    camera: new Control({ face: cameraFace(true), act: actions.camera, shortcut: 'v', kind: 'is-switch' }),
    screen: new Control({ face: screenFace(false), act: actions.screen, shortcut: 's' }),
    hand: new Control({ face: handFace(false), act: actions.hand, shortcut: 'h' }),
    react: new Control({ face: { label: 'control.react', icon: 'react' }, opens: reactions.element, kind: 'is-react' }),
    chat: new Control({ face: chatFace(false), act: actions.chat, shortcut: 'c' }),
    people: new Control({ face: peopleFace(false), act: actions.people, shortcut: 'p' }),
    invite: new Control({ face: { label: 'control.invite', icon: 'invite' }, act: actions.invite }),
    settings: new Control({ face: { label: 'control.settings', icon: 'settings' }, act: actions.settings }),
    leave: new Control({ face: { label: 'control.leave', icon: 'leave' }, act: actions.leave, kind: 'is-leave' }),
  };
  reactions.anchor = controls.react.element;
  return controls;
}

/** @param {() => void} act */
function helpButton(act) {
  const name = t('control.shortcuts');
  return el(
    'button',
    {
      type: 'button', class: 'round-button is-plain toolbar-help', 'aria-label': name, title: name,
      'aria-keyshortcuts': '?', onclick: act,
    },
    icon('keyboard'),
  );
}

/** @param {Control[]} controls */
const elementsOf = (controls) => controls.map(({ element }) => element);

/** @param {boolean} pressed @returns {Face} */
const chatFace = (pressed) => ({ label: 'control.chat', icon: 'chat', pressed });

/** @param {boolean} pressed @returns {Face} */
const peopleFace = (pressed) => ({ label: 'control.people', icon: 'people', pressed });

/** @param {boolean} pressed @returns {Face} */
const screenFace = (pressed) =>
  pressed
    ? { label: 'control.screenStop', icon: 'screenOff', pressed }
    : { label: 'control.screen', icon: 'screen', pressed };

/** @param {boolean} pressed @returns {Face} */
const handFace = (pressed) => ({ label: pressed ? 'control.lowerHand' : 'control.raiseHand', icon: 'hand', pressed });
