import { t } from '../i18n/index.js';
import { CallAnnouncer } from './call-announcer.js';
import { CallDialogs } from './call-dialogs.js';
import { ChatPanel } from './chat-panel.js';
import { el, replaceChildren } from './dom.js';
import { DropZone } from './drop-zone.js';
import { Hints } from './hints.js';
import { HoldToTalk } from './hold-to-talk.js';
import { whenIdle } from './idle.js';
import { KnockNotice } from './knock-notice.js';
import { Lazy } from './lazy.js';
import { Notifier } from './notifier.js';
import { PeoplePanel } from './people-panel.js';
import { preferences } from './preferences.js';
import { Problems } from './problems.js';
import { ServerStrip } from './server-strip.js';
import { Shortcuts } from './shortcuts.js';
import { Sounds } from './sounds.js';
import { Stage } from './stage.js';
import { Toolbar } from './toolbar.js';
import { Unread } from './unread.js';

/** @typedef {import('./toolbar.js').PanelName} PanelName */
/** @typedef {{panel: PanelName | null, pinned: string | null, settings: boolean}} CallViewState what is open and pinned */

/** The room while one is in it. */
export class CallView {
  #root;
  #body = el('div', { class: 'call' });
  #before;
  #call;
  #media;
  #stage;
  #toolbar;
  #chat;
  #people;
  #dialogs;
  #announcer;
  #notifier;
  #knocks;
  #hints;
  #unread;
  /** What begins and ends with the view. @type {{connect(): void, disconnect(): void}[]} */
  #parts;
  #problems = new Problems({ dismissible: true });
  #strip = new ServerStrip();
  /** Whether a panel covers everything else. */
  #narrow = matchMedia('(max-width: 52rem)');
  /** @type {PanelName | null} */
  #panel = null;
  #over = false;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root
   * @param {import('../call.js').Call} options.call one is in it
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   * @param {CallViewState | null} [options.before] of a view that this one takes the place of
   */
  constructor({ root, call, media, before = null }) {
    this.#before = before;
    this.#root = root;
    this.#call = call;
    this.#media = media;
    const actions = this.#actions();
    this.#stage = new Stage(call, media);
    this.#toolbar = new Toolbar(actions);
    this.#chat = new Lazy(() => this.#makeChat());
    this.#people = new Lazy(() => this.#makePeople());
    this.#dialogs = new CallDialogs({ call, media, page: this.#body, changed: () => this.#stage.relayout() });
    this.#announcer = new CallAnnouncer({ call, media });
    this.#notifier = new Notifier({ call, show: () => this.#open('chat') });
    this.#knocks = new KnockNotice({
      call,
      show: () => this.#open('people'),
      notify: (text) => this.#notifier.tell(text, call.room.name, () => this.#open('people')),
    });
    this.#hints = new Hints({ media, levels: this.#stage.levels });
    this.#unread = new Unread({
      transcript: call.chat.transcript,
      read: preferences.read(call.room.name),
      keep: (n) => preferences.keepRead(call.room.name, n),
    });
    const { mic: m, camera: v, screen: s, hand: h, chat: c, people: p, shortcuts } = actions;
    this.#parts = [
      this.#stage, this.#unread, this.#announcer, this.#notifier, this.#knocks, this.#hints,
      new Shortcuts({ m, v, s, h, c, p, '?': shortcuts }),
      new HoldToTalk({ media, call }),
      new Sounds({ call }),
      new DropZone({ drop: (files) => this.#send(files), target: () => this.#chat.value.reader }),
    ];
  }

  connect() {
    this.#body.append(
      this.#strip.element,
      el(
        'div',
        { class: 'call-stage' },
        this.#stage.element,
        this.#problems.element,
        el('div', { class: 'offers' }, this.#knocks.element, this.#notifier.offer),
      ),
      this.#toolbar.element,
    );
    replaceChildren(this.#root, this.#body);
    for (const part of this.#parts) part.connect();
    this.#call.addEventListener('change', this.#changed);
    this.#call.addEventListener('reaction', this.#reacted);
    this.#unread.addEventListener('change', this.#showStatus);
    this.#hints.addEventListener('change', this.#showProblems);
    document.addEventListener('visibilitychange', this.#seen);
    this.#narrow.addEventListener('change', this.#cover);
    if (!this.#before) this.#problems.putAway(this.#media);
    this.#strip.show(this.#call.server);
    this.#showPeople();
    this.#restore();
    whenIdle(() => !this.#over && this.#chat.value);
  }

  /** What is open and pinned. @returns {CallViewState} */
  get state() {
    return { panel: this.#panel, pinned: this.#stage.pinned, settings: this.#dialogs.setting };
  }

  #restore() {
    if (!this.#before) return;
    const { panel, pinned, settings } = this.#before;
    this.#stage.pin(pinned);
    if (panel) this.#open(panel);
    if (settings) this.#dialogs.settings('language');
  }

  disconnect() {
    this.#over = true;
    this.#chat.made?.disconnect();
    this.#call.removeEventListener('change', this.#changed);
    this.#call.removeEventListener('reaction', this.#reacted);
    this.#unread.removeEventListener('change', this.#showStatus);
    this.#hints.removeEventListener('change', this.#showProblems);
    document.removeEventListener('visibilitychange', this.#seen);
    this.#narrow.removeEventListener('change', this.#cover);
    this.#strip.disconnect();
    for (const part of [...this.#parts].reverse()) part.disconnect();
    this.#dialogs.disconnect();
  }

  /** Made soon even if nobody wants it: it has the lines sent that an earlier page could not send. */
  #makeChat() {
    const chat = new ChatPanel(this.#call, () => this.#close());
    this.#body.insertBefore(chat.element, this.#people.made?.element ?? this.#toolbar.element);
    chat.addEventListener('change', this.#seen);
    chat.connect();
    chat.update();
    return chat;
  }

  #makePeople() {
    const people = new PeoplePanel({
      call: this.#call,
      close: () => this.#close(),
      write: (peer) => this.#write(peer),
      set: () => this.#dialogs.settings('room'),
    });
    this.#toolbar.element.before(people.element);
    people.update();
    return people;
  }

  #actions() {
    const [call, media] = [this.#call, this.#media];
    return {
      mic: () => this.#switch(() => call.setMic(!media.mic.wanted)),
      camera: () => this.#switch(() => call.setCamera(!media.camera.wanted)),
      screen: () => this.#switch(() => media.screen.supported && call.setScreen(!media.screen.wanted)),
      hand: () => {
        call.setHand(!call.hand);
        this.#showStatus();
      },
      react: (/** @type {import('../reactions.js').Reaction} */ emoji) => call.react(emoji),
      chat: () => this.#toggle('chat'),
      people: () => this.#toggle('people'),
      invite: () => this.#dialogs.invite(),
      settings: () => this.#dialogs.settings(),
      shortcuts: () => this.#dialogs.shortcuts(),
      leave: () => call.leave(),
    };
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { what } = /** @type {CustomEvent<import('../call.js').CallChange>} */ (event).detail;
    if (this.#call.phase !== 'in') return;
    if (what === 'server') this.#strip.show(this.#call.server);
    else if (what === 'typing') this.#chat.made?.update();
    else if (what === 'hosting') this.#showHosting();
    else if (what === 'chat' || what === 'files') this.#showStatus();
    else this.#showPeople();
  };

  #showHosting() {
    this.#people.made?.update();
    this.#showProblems();
    this.#showStatus();
  }

  /** @param {Event} event */
  #reacted = (event) => {
    const { id, emoji } = /** @type {CustomEvent} */ (event).detail;
    this.#stage.react(id, emoji);
  };

  #showPeople() {
    this.#stage.update();
    this.#people.made?.update();
    this.#dialogs.update();
    this.#chat.made?.meet();
    this.#showProblems();
    this.#announcer.update();
    this.#showStatus();
  }

  #showProblems = () => {
    const { mutedBy: name } = this.#call.hosting;
    const muted = name === null ? [] : [name ? t('hint.mutedBy', { name }) : t('hint.mutedByHost')];
    this.#problems.show(this.#media, [...muted, ...this.#hints.sentences]);
  };

  /** What the toolbar and the tab say. */
  #showStatus = () => {
    const { room, peers, hand, hands, hosting: { knocks } } = this.#call;
    const { mic, camera, screen } = this.#media;
    if (this.#readsChat()) this.#unread.see();
    const { count: unread, more } = this.#unread;
    const offers = this.#panel === 'chat' ? 0 : this.#call.transfers.offers;
    this.#toolbar.place(room);
    this.#toolbar.show({
      mic: mic.wanted, camera: camera.wanted, screen: screen.supported ? screen.on : null, hand, hands: hands.length,
      panel: this.#panel, unread, more, offers, people: peers.size,
      knocks: knocks.size,
    });
    const news = unread + knocks.size;
    document.title = `${news ? `(${news}${more ? '+' : ''}) ` : ''}${room.name} · ${t('app.name')}`;
  };

  #readsChat() {
    return this.#panel === 'chat' && !this.#chat.made?.searching && !document.hidden;
  }

  /** The page, or the log, is looked at again, or no longer. */
  #seen = () => {
    const first = this.#readsChat() ? this.#unread.see() : null;
    if (first !== null) this.#chat.value.seenAgain(first);
    this.#showStatus();
  };

  /** @param {import('./draft.js').Person} person who alone is to read the message */
  #write(person) {
    this.#open('chat');
    this.#chat.value.write(person);
  }

  /** @param {File[]} files that were dropped */
  #send(files) {
    this.#open('chat');
    this.#chat.value.send(files);
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
    if (panel && document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
    const opened = panel === 'chat' && this.#panel !== 'chat';
    this.#panel = panel;
    this.#knocks.cover(panel === 'people');
    this.#cover();
    if (panel !== 'chat') this.#chat.made?.show(false);
    if (panel !== 'people') this.#people.made?.show(false);
    if (panel) (panel === 'chat' ? this.#chat : this.#people).value.show(true);
    if (opened && this.#readsChat()) this.#chat.value.opened(this.#unread.see());
    this.#showStatus();
  }

  /** Keeps the keyboard out of what a panel covers. */
  #cover = () => {
    const covered = this.#panel !== null && this.#narrow.matches;
    this.#stage.element.inert = covered;
    this.#toolbar.element.inert = covered;
  };
}
