/**
 * Single-letter shortcuts of the call. They rest while a person types, while a dialog is open
 * and while Ctrl, Alt or Meta is held.
 */
export class Shortcuts {
  #acts;

  /** @param {Readonly<Record<string, () => void>>} acts by lowercase letter */
  constructor(acts) {
    this.#acts = acts;
  }

  connect() {
    addEventListener('keydown', this.#pressed);
  }

  disconnect() {
    removeEventListener('keydown', this.#pressed);
  }

  /** @param {KeyboardEvent} event */
  #pressed = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const letter = letterOf(event);
    if (!Object.hasOwn(this.#acts, letter)) return;
    event.preventDefault();
    this.#acts[letter]();
  };
}

/** The Latin letter of a key, by its place where the layout writes another script. @param {KeyboardEvent} event */
export function letterOf({ key, code }) {
  return /^[\u0020-\u007e]$/.test(key) ? key.toLowerCase() : code.replace(/^Key/, '').toLowerCase();
}

/** Whether keys go into what is focused. @param {EventTarget | null} target */
export function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
  );
}
