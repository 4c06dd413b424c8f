import { languageEvents, t } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';
import { roomInfo } from '../net/rooms.js';
import { Signs } from '../net/signs.js';
import { LocalMedia } from '../rtc/local-media.js';
import { announce } from './announcer.js';
import { connected } from './connected.js';
import { Door } from './door.js';
import { Draft } from './draft.js';
import { Ended } from './ended.js';
import { showInCall } from './favicon.js';
import { hostKeyFor } from './host-key.js';
import { whenIdle } from './idle.js';
import { loadLater } from './later.js';
import { isRecent, MembershipLock } from './membership.js';
import { NoRoom } from './no-room.js';
import { loadCallPart, loadCheckPart } from './parts.js';
import { preferences } from './preferences.js';
import { roomPath } from './room-name.js';

/** What stops everyone but hosts: a host key that it stopped is none. */
const GUARDS = new Set(['room-locked', 'bad-password', 'rejected']);

/** The page of one room: its door, the call, and what comes after. */
export class RoomPage {
  #root;
  #room;
  #media = new LocalMedia({ memory: { read: preferences.device, keep: preferences.keepDevice } });
  #signs = new Signs();
  #url = `${location.origin.replace(/^http/, 'ws')}/ws`;
  /** There once the part of the page that it is in has been loaded. @type {import('../call.js').Call | null} */
  #call = null;
  /** Once it has been loaded. @type {typeof import('./call-part.js') | null} */
  #callPart = null;
  /** @type {import('../check/connection-check.js').ConnectionCheck | null} */
  #check = null;
  #membership = new MembershipLock();
  #notice;
  #connected = false;
  /** Settles when the devices have been asked for. */
  #started = Promise.resolve();
  /**
   * What was to be known of the room when its door was opened; null: nothing.
   * @type {Promise<import('../net/rooms.js').RoomInfo | null>}
   */
  #info = Promise.resolve(null);
  /** Coming in, while that is under way. @type {Promise<void> | null} */
  #entering = null;
  /** With which the room was entered. */
  #password = '';
  /** What was on when the call ended, and is to be on again. */
  #wanted = { mic: true, camera: true };
  /** Draws the call anew, while one is in it. @type {(() => void) | null} */
  #drawCall = null;
  /** @type {{connect(): void, disconnect(): void} | null} */
  #view = null;

  /**
   * @param {HTMLElement} root
   * @param {string} room empty when the address names none that can be
   * @param {import('../i18n/index.js').Key} [notice] what the door says besides
   */
  constructor(root, room, notice) {
    this.#root = root;
    this.#room = room;
    this.#notice = notice;
  }

  connect() {
    this.#connected = true;
    this.#signs.connect();
    addEventListener('pagehide', this.#leave);
    addEventListener('pageshow', this.#shownAgain);
    languageEvents.addEventListener('change', this.#translate);
    if (this.#room) {
      this.#openDoor(this.#media.start());
      whenIdle(() => this.#loadLater().catch(() => {})); // asked for again when wanted
    } else this.#show(new NoRoom(this.#root));
  }

  disconnect() {
    this.#connected = false;
    this.#signs.disconnect();
    removeEventListener('pagehide', this.#leave);
    removeEventListener('pageshow', this.#shownAgain);
    languageEvents.removeEventListener('change', this.#translate);
    this.#call?.removeEventListener('change', this.#changed);
    this.#call?.chat.transcript.removeEventListener('restarted', this.#restarted);
    this.#leave();
    this.#membership.release();
    this.#show(null);
    showInCall(false);
  }

  /** @param {Promise<void>} [started] settles when the devices have been asked for */
  #openDoor(started = this.#started) {
    this.#started = started;
    const info = roomInfo(this.#room);
    this.#info = info.catch(() => null);
    const door = new Door({
      root: this.#root,
      room: this.#room,
      media: this.#media,
      check: () => this.#checkDialog(),
      started,
      info,
      notice: this.#notice,
      password: this.#view instanceof Door ? this.#view.password : '',
      enter: (...entry) => this.#begin(...entry),
      cancel: () => this.#call?.leave(),
    });
    this.#show(door);
    if (this.#entering) door.follow(this.#entering);
    if (this.#call?.phase === 'waiting') door.wait();
    return door;
  }

  async #loadLater() {
    await loadLater();
    this.#callPart = await loadCallPart();
  }

  async #checkDialog() {
    const { CheckDialog, ConnectionCheck } = await loadCheckPart();
    this.#check ??= new ConnectionCheck({ media: this.#media, url: this.#url });
    return new CheckDialog(this.#check);
  }

  /** @param {string} name @param {string} [password] of the room */
  #begin(name, password) {
    const entering = this.#enter(name, password).finally(() => {
      this.#entering = null;
    });
    this.#entering = entering;
    return entering;
  }

  /** @param {string} name @param {string} [given] password of the room */
  async #enter(name, given) {
    const password = given || this.#password;
    const { Call, CallView } = this.#callPart ?? (await loadCallPart());
    if (!this.#connected) return;
    const call = (this.#call ??= this.#made(new Call({ media: this.#media, signs: this.#signs, url: this.#url })));
    const kept = await this.#kept();
    const info = kept && isRecent(kept, Date.now()) ? null : await this.#info;
    if (!this.#connected) return this.#membership.release();
    const token = preferences.token(this.#room);
    const host = await hostKeyFor(this.#room, info, token);
    if (!this.#connected) return this.#membership.release();
    try {
      await call.join({ room: this.#room, name, password, host, token, session: kept?.token });
    } catch (error) {
      this.#membership.release();
      if (error instanceof ProtocolError && error.code === 'bad-token') preferences.keepToken(this.#room, '');
      if (error instanceof ProtocolError && GUARDS.has(error.code)) preferences.triedHostKey(this.#room, false);
      throw error;
    }
    if (!this.#connected) return call.leave();
    preferences.triedHostKey(this.#room, call.isHost);
    this.#password = password;
    this.#room = call.room.name;
    const made = () => new CallView({
      root: this.#root, call, media: this.#media, before: this.#view instanceof CallView ? this.#view.state : null,
    });
    this.#drawCall = () => this.#show(made());
    const view = made();
    await connected(call);
    if (call.phase !== 'in') return;
    const waited = this.#view instanceof Door && this.#view.isWaiting;
    if (!(this.#view instanceof CallView)) this.#show(view); // which a change of language has drawn already
    if (waited) announce(t('door.letIn'));
    if (document.activeElement === document.body) document.querySelector('main')?.focus({ preventScroll: true });
    this.#remember(call);
    showAddress(roomPath(this.#room));
    showInCall(true);
  }

  /** @param {import('../call.js').Call} call */
  #made(call) {
    call.addEventListener('change', this.#changed);
    call.chat.transcript.addEventListener('restarted', this.#restarted);
    return call;
  }

  /** The membership to enter with. A duplicate of another tab does without, and leaves what that one writes to it. */
  async #kept() {
    const kept = preferences.membership(this.#room);
    if (!kept) return null;
    if (await this.#membership.take(this.#room, kept.you)) return kept;
    if (kept.you !== this.#call?.you) preferences.forgetWriting(this.#room);
    return null;
  }

  /** So that the page loaded anew is the same member. */
  #remember({ you, session } = /** @type {import('../call.js').Call} */ (this.#call)) {
    this.#membership.take(this.#room, you);
    preferences.keepMembership(this.#room, { you, token: session });
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { what } = /** @type {CustomEvent<import('../call.js').CallChange>} */ (event).detail;
    const { phase, end } = /** @type {import('../call.js').Call} */ (this.#call);
    if (what === 'token' && phase === 'in') this.#remember();
    if (what === 'phase' && phase === 'waiting') {
      preferences.triedHostKey(this.#room, false); // no host waits
      if (this.#view instanceof Door) this.#view.wait();
    }
    if (what !== 'phase' || phase !== 'ended' || !end) return;
    this.#wanted = { mic: this.#media.mic.wanted, camera: this.#media.camera.wanted };
    this.#part();
    if (end.reason === 'erased') preferences.forgetMembership(this.#room);
    this.#media.stop();
    this.#membership.release();
    this.#drawCall = null;
    showInCall(false);
    this.#show(new Ended({ root: this.#root, room: this.#room, end, again: () => this.#joinAgain() }));
  };

  /** Numbers that are kept with what is being written name other messages now. */
  #restarted = () => {
    const draft = Draft.read(preferences.draft(this.#room));
    draft.restarted();
    preferences.keepDraft(this.#room, draft.json);
  };

  #joinAgain() {
    const { mic, camera } = this.#wanted;
    this.#openDoor(this.#startAgain(mic, camera)).join();
  }

  /** @param {boolean} mic @param {boolean} camera */
  async #startAgain(mic, camera) {
    if (mic && camera) return this.#media.start();
    await Promise.all([this.#media.setMic(mic), this.#media.setCamera(camera)]);
  }

  /** Notes when the call was left. */
  #part() {
    const kept = this.#drawCall && preferences.membership(this.#room);
    if (kept) preferences.keepMembership(this.#room, { ...kept, left: Date.now() });
  }

  #leave = () => {
    this.#part();
    this.#call?.leave();
    this.#media.stop();
  };

  /** The page comes back from the back/forward cache, its devices let go. @param {PageTransitionEvent} event */
  #shownAgain = (event) => {
    if (event.persisted && this.#view instanceof Door) this.#openDoor(this.#media.start());
  };

  #translate = () => {
    if (this.#drawCall) this.#drawCall();
    else if (this.#view instanceof Door) this.#openDoor();
    else if (this.#view instanceof NoRoom) this.#show(new NoRoom(this.#root));
  };

  /** @param {{connect(): void, disconnect(): void} | null} view */
  #show(view) {
    this.#view?.disconnect();
    this.#view = view;
    view?.connect();
  }
}

/** The address is what people hand on, so it is the room's as the server writes it. @param {string} path */
function showAddress(path) {
  if (path !== location.pathname) history.replaceState(history.state, '', path);
}
