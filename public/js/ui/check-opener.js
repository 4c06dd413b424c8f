import { t } from '../i18n/index.js';
import { el } from './dom.js';
import { icon } from './icons.js';

/** The button that opens the check of the connection, which is made when first wanted. */
export class CheckOpener {
  #make;
  #failed;
  /** @type {import('./check-dialog.js').CheckDialog | null} */
  #dialog = null;
  #wanted = false;
  /** Where the dialog is put. */
  element = el('div', {});

  /**
   * @param {() => Promise<import('./check-dialog.js').CheckDialog>} make
   * @param {(error: unknown) => void} failed it could not be made
   */
  constructor(make, failed) {
    this.#make = make;
    this.#failed = failed;
    this.button = el(
      'button',
      { type: 'button', class: 'button button-quiet', 'aria-haspopup': 'dialog', onclick: () => this.#open() },
      icon('bars'),
      t('check.open'),
    );
  }

  async #open() {
    this.#wanted = true;
    try {
      const made = this.#dialog ?? (await this.#make());
      this.#dialog ??= made;
      if (!this.#dialog.element.isConnected) this.element.append(this.#dialog.element);
      if (this.#wanted) this.#dialog.open();
    } catch (error) {
      this.#failed(error);
    }
  }

  close() {
    this.#wanted = false;
    this.#dialog?.close();
  }
}
