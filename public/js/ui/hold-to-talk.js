import { isTyping } from './shortcuts.js';

/** What Space presses, opens or scrolls by itself. */
const pressed = 'button, a[href], summary, select, input, [role="button"], [role="menuitem"], video[controls]';

/** Keys that move the focus; whoever uses them presses a focused button by Space. */
const moving = new Set(['Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End']);

/**
 * Unmutes for as long as Space is held, if one is muted. It rests while a person types, while a dialog or a menu is open, and where
 * Space presses what the keyboard has focused; what a pointer has focused it does not press.
 */
export class HoldToTalk {
  #call;
  #media;
  #talking = false;
  /** Whether the focus is where the keyboard took it. */
  #byKeys = true;

  /**
   * @param {object} options
   * @param {Pick<import('../call.js').Call, 'setMic'>} options.call
   * @param {{mic: {wanted: boolean}}} options.media
   */
  constructor({ call, media }) {
    this.#call = call;
    this.#media = media;
  }

  connect() {
    addEventListener('pointerdown', this.#pointed, true);
    addEventListener('keydown', this.#down, true);
    addEventListener('keyup', this.#up, true);
    addEventListener('blur', this.#end);
    document.addEventListener('visibilitychange', this.#end);
  }

  disconnect() {
    this.#end();
    removeEventListener('pointerdown', this.#pointed, true);
    removeEventListener('keydown', this.#down, true);
    removeEventListener('keyup', this.#up, true);
    removeEventListener('blur', this.#end);
    document.removeEventListener('visibilitychange', this.#end);
  }

  #pointed = () => {
    this.#byKeys = false;
  };

  /** @param {KeyboardEvent} event */
  #down = (event) => {
    if (moving.has(event.key)) this.#byKeys = true;
    if (event.code !== 'Space') return;
    if (this.#talking) return event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat || event.isComposing) return;
    if (this.#media.mic.wanted || this.#isTaken(event.target)) return;
    event.preventDefault();
    this.#talking = true;
    this.#call.setMic(true);
  };

  /** @param {KeyboardEvent} event */
  #up = (event) => {
    if (event.code !== 'Space' || !this.#talking) return;
    event.preventDefault();
    this.#end();
  };

  #end = () => {
    if (!this.#talking) return;
    this.#talking = false;
    this.#call.setMic(false);
  };

  /** @param {EventTarget | null} target */
  #isTaken(target) {
    if (isTyping(target) || document.querySelector('dialog[open], :popover-open')) return true;
    return this.#byKeys && target instanceof Element && target.closest(pressed) !== null;
  }
}
