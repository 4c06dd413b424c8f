import { t } from '../i18n/index.js';
import { CallAnnouncer } from './call-announcer.js';
import { ChatPanel } from './chat-panel.js';
import { el, replaceChildren } from './dom.js';
import { Invite } from './invite.js';
import { PeoplePanel } from './people-panel.js';
import { preferences } from './preferences.js';
import { Problems } from './problems.js';
import { ServerStrip } from './server-strip.js';
import { Shortcuts } from './shortcuts.js';
import { Stage } from './stage.js';
import { Toolbar } from './toolbar.js';
import { Unread } from './unread.js';

/** @typedef {import('./toolbar.js').PanelName} PanelName */

/** The room while one is in it. */
export class CallView {
  #root;
  #call;
  #media;
  #stage;
  #toolbar;
  #chat;
  #people;
  #invite;
  #announcer;
  #unread;
  #shortcuts;
  #problems = new Problems({ dismissible: true });
  #strip = new ServerStrip();
  /** Whether a panel covers everything else. */
  #narrow = matchMedia('(max-width: 52rem)');
  /** @type {PanelName | null} */
  #panel = null;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root
   * @param {import('../call.js').Call} options.call one is in it
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   */
  constructor({ root, call, media }) {
    this.#root = root;
    this.#call = call;
    this.#media = media;
    const close = () => this.#close();
    const actions = {
      mic: () => this.#switch(() => call.setMic(!media.mic.wanted)),
      camera: () => this.#switch(() => call.setCamera(!media.camera.wanted)),
      chat: () => this.#toggle('chat'),
      people: () => this.#toggle('people'),
      invite: () => this.#invite.open(),
      leave: () => call.leave(),
    };
    this.#stage = new Stage(call, media);
    this.#toolbar = new Toolbar(actions);
    this.#chat = new ChatPanel(call, close);
    this.#people = new PeoplePanel({ call, close, write: (peer) => this.#write(peer) });
    this.#invite = new Invite(call.room.name);
    this.#announcer = new CallAnnouncer({ call, media });
    this.#unread = new Unread({
      transcript: call.transcript,
      read: preferences.read(call.room.name),
      keep: (n) => preferences.keepRead(call.room.name, n),
    });
    this.#shortcuts = new Shortcuts({ m: actions.mic, v: actions.camera, c: actions.chat, p: actions.people });
  }

  connect() {
    replaceChildren(
      this.#root,
      el(
        'div',
        { class: 'call' },
        this.#strip.element,
        el('div', { class: 'call-stage' }, this.#stage.element, this.#problems.element),
        this.#chat.element,
        this.#people.element,
        this.#toolbar.element,
        this.#invite.element,
      ),
    );
    this.#stage.connect();
    this.#chat.connect();
    this.#unread.connect();
    this.#announcer.connect();
    this.#shortcuts.connect();
    this.#call.addEventListener('change', this.#changed);
    this.#chat.addEventListener('change', this.#seen);
    this.#unread.addEventListener('change', this.#showStatus);
    document.addEventListener('visibilitychange', this.#seen);
    this.#narrow.addEventListener('change', this.#cover);
    this.#problems.putAway(this.#media);
    this.#strip.show(this.#call.server);
    this.#showPeople();
  }

  disconnect() {
    this.#call.removeEventListener('change', this.#changed);
    this.#chat.removeEventListener('change', this.#seen);
    this.#unread.removeEventListener('change', this.#showStatus);
    document.removeEventListener('visibilitychange', this.#seen);
    this.#narrow.removeEventListener('change', this.#cover);
    this.#strip.disconnect();
    this.#shortcuts.disconnect();
    this.#announcer.disconnect();
    this.#unread.disconnect();
    this.#chat.disconnect();
    this.#stage.disconnect();
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { what } = /** @type {CustomEvent<import('../call.js').CallChange>} */ (event).detail;
    if (this.#call.phase !== 'in') return;
    if (what === 'server') this.#strip.show(this.#call.server);
    else if (what === 'typing') this.#chat.update();
    else if (what === 'chat' || what === 'room') this.#showStatus();
    else this.#showPeople();
  };

  #showPeople() {
    this.#stage.update();
    this.#people.update();
    this.#chat.meet();
    this.#problems.show(this.#media);
    this.#announcer.update();
    this.#showStatus();
  }

  /** What the toolbar and the tab say. */
  #showStatus = () => {
    const { room, peers } = this.#call;
    const { mic, camera } = this.#media;
    if (this.#readsChat()) this.#unread.see();
    const { count: unread, more } = this.#unread;
    this.#toolbar.place(room.name);
    this.#toolbar.show({ mic: mic.wanted, camera: camera.wanted, panel: this.#panel, unread, more, people: peers.size });
    document.title = `${unread ? `(${unread}${more ? '+' : ''}) ` : ''}${room.name} · ${t('app.name')}`;
  };

  #readsChat() {
    return this.#panel === 'chat' && !this.#chat.searching && !document.hidden;
  }

  /** The page, or the log, is looked at again, or no longer. */
  #seen = () => {
    const first = this.#readsChat() ? this.#unread.see() : null;
    if (first !== null) this.#chat.seenAgain(first);
    this.#showStatus();
  };

  /** @param {import('./draft.js').Person} person who alone is to read the message */
  #write(person) {
    this.#open('chat');
    this.#chat.write(person);
  }

  /** Switches a device; if it still does not work, that is said again. @param {() => void} act */
  #switch(act) {
    this.#problems.remind();
    act();
  }

  /** @param {PanelName} panel */
  #toggle(panel) {
    if (this.#panel === panel) this.#close();
    else this.#open(panel);
  }

  #close() {
    const closed = this.#panel;
    this.#open(null);
    if (closed) this.#toolbar.focus(closed);
  }

  /** @param {PanelName | null} panel */
  #open(panel) {
    const opened = panel === 'chat' && this.#panel !== 'chat';
    this.#panel = panel;
    this.#cover();
    this.#chat.show(panel === 'chat');
    this.#people.show(panel === 'people');
    if (opened && this.#readsChat()) this.#chat.opened(this.#unread.see());
    this.#showStatus();
  }

  /** Keeps the keyboard out of what a panel covers. */
  #cover = () => {
    const covered = this.#panel !== null && this.#narrow.matches;
    this.#stage.element.inert = covered;
    this.#toolbar.element.inert = covered;
  };
}
