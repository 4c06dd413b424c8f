import { Invite } from './invite.js';
import { Lazy } from './lazy.js';
import { preferences } from './preferences.js';
import { RoomSettings } from './room-settings.js';
import { Settings } from './settings.js';
import { ShortcutHelp } from './shortcut-help.js';

/** The dialogs of a call, each made, and put into the page, when it is first wanted. */
export class CallDialogs {
  #invite;
  #room;
  #settings;
  #help;

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   * @param {HTMLElement} options.page where they are put
   * @param {() => void} options.changed called when something else than a device was set
   */
  constructor({ call, media, page, changed }) {
    /** @template {{element: HTMLElement}} T @param {() => T} make */
    const dialog = (make) =>
      new Lazy(() => {
        const made = make();
        page.append(made.element);
        return made;
      });
    this.#invite = dialog(() => new Invite(call.room.name, () => (call.isHost ? preferences.hostKey(call.room.name) : undefined)));
    this.#room = new Lazy(() => new RoomSettings(call));
    this.#settings = dialog(() => new Settings({ media, room: this.#room.value, changed }));
    this.#help = dialog(() => new ShortcutHelp());
  }

  invite() {
    this.#invite.value.open();
  }

  /** @param {'language' | 'room'} [first] what the keyboard is to be at */
  settings(first) {
    this.#settings.value.open(first);
  }

  shortcuts() {
    this.#help.value.open();
  }

  /** Whether the settings are open. */
  get setting() {
    return this.#settings.made?.element.open ?? false;
  }

  /** Shows the room as it is now. */
  update() {
    this.#room.made?.update();
  }

  disconnect() {
    this.#settings.made?.disconnect();
  }
}
