import { Call } from '../call.js';
import { languageEvents } from '../i18n/index.js';
import { LocalMedia } from '../rtc/local-media.js';
import { CallView } from './call-view.js';
import { Door } from './door.js';
import { Ended } from './ended.js';
import { preferences } from './preferences.js';
import { roomPath } from './room-name.js';

/** The page of one room: its door, the call, and what comes after. */
export class RoomPage {
  #root;
  #room;
  #media = new LocalMedia();
  #call = new Call({ media: this.#media, url: `${location.origin.replace(/^http/, 'ws')}/ws` });
  #connected = false;
  /** What was on when the call ended, and is to be on again. */
  #wanted = { mic: true, camera: true };
  /** @type {{connect(): void, disconnect(): void} | null} */
  #view = null;

  /** @param {HTMLElement} root @param {string} room */
  constructor(root, room) {
    this.#root = root;
    this.#room = room;
  }

  connect() {
    this.#connected = true;
    addEventListener('pagehide', this.#leave);
    addEventListener('pageshow', this.#shownAgain);
    languageEvents.addEventListener('change', this.#translate);
    this.#call.addEventListener('change', this.#changed);
    this.#openDoor(this.#media.start());
  }

  disconnect() {
    this.#connected = false;
    removeEventListener('pagehide', this.#leave);
    removeEventListener('pageshow', this.#shownAgain);
    languageEvents.removeEventListener('change', this.#translate);
    this.#call.removeEventListener('change', this.#changed);
    this.#leave();
    this.#show(null);
  }

  /** @param {Promise<void>} [started] settles when the devices have been asked for */
  #openDoor(started = Promise.resolve()) {
    const door = new Door({
      root: this.#root,
      room: this.#room,
      media: this.#media,
      started,
      enter: (name) => this.#enter(name),
    });
    this.#show(door);
    return door;
  }

  /** @param {string} name */
  async #enter(name) {
    await this.#call.join({ room: this.#room, name, host: preferences.hostKey(this.#room) });
    if (!this.#connected) return this.#call.leave();
    this.#room = this.#call.room.name;
    history.replaceState(history.state, '', roomPath(this.#room));
    this.#show(new CallView({ root: this.#root, call: this.#call, media: this.#media }));
  }

  /** @param {Event} event */
  #changed = (event) => {
    const { what } = /** @type {CustomEvent<import('../call.js').CallChange>} */ (event).detail;
    const { phase, end } = this.#call;
    if (what !== 'phase' || phase !== 'ended' || !end) return;
    this.#wanted = { mic: this.#media.mic.on, camera: this.#media.camera.on };
    this.#media.stop();
    this.#show(new Ended({ root: this.#root, room: this.#room, reason: end.reason, again: () => this.#joinAgain() }));
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

  #leave = () => {
    this.#call.leave();
    this.#media.stop();
  };

  /** The page comes back from the back/forward cache, its devices let go. @param {PageTransitionEvent} event */
  #shownAgain = (event) => {
    if (event.persisted && this.#view instanceof Door) this.#openDoor(this.#media.start());
  };

  #translate = () => {
    if (this.#view instanceof Door) this.#openDoor();
  };

  /** @param {{connect(): void, disconnect(): void} | null} view */
  #show(view) {
    this.#view?.disconnect();
    this.#view = view;
    view?.connect();
  }
}
