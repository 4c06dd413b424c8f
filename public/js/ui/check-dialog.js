import { t } from '../i18n/index.js';
import { CheckList } from './check-list.js';
import { CheckMirror } from './check-mirror.js';
import { closeButton } from './close-button.js';
import { el, setAttribute, uniqueID } from './dom.js';

/** The dialog that shows whether calls work from here. What it shows runs as long as it is open. */
export class CheckDialog {
  #check;
  #list = new CheckList();
  #mirror = new CheckMirror();
  #again = el('button', { type: 'button', class: 'button button-quiet', onclick: () => this.#askedAgain() }, t('check.again'));

  /** @param {import('../check/connection-check.js').ConnectionCheck} check */
  constructor(check) {
    this.#check = check;
    const title = uniqueID('check');
    this.element = el(
      'dialog',
      {
        class: 'dialog check',
        'aria-labelledby': title,
        autofocus: true,
        onclose: () => this.#closed(),
        onclick: (/** @type {Event} */ event) => event.target === this.element && this.close(),
      },
      el(
        'div',
        { class: 'dialog-body' },
        el('header', { class: 'panel-head' }, el('h2', { id: title }, t('check.open')), closeButton(() => this.close())),
        el('div', { class: 'check-result' }, this.#list.summary, this.#again),
        el('div', { class: 'check-columns' }, this.#list.element, this.#mirror.element),
      ),
    );
  }

  open() {
    if (this.element.open) return;
    this.#check.addEventListener('change', this.#show);
    this.element.showModal();
    this.#run();
  }

  /** Ends the test, too. */
  close() {
    if (this.element.open) this.element.close();
  }

  /** A button that is disabled would lose the focus. */
  #askedAgain() {
    if (this.#check.summary.state !== 'running') this.#run();
  }

  #run() {
    this.#mirror.stop();
    this.#check.run();
  }

  #show = () => {
    const { rows, summary, call } = this.#check;
    this.#list.show(rows, summary);
    const sends = rows.some(({ id, state }) => ['microphone', 'camera'].includes(id) && ['ok', 'warn'].includes(state));
    this.#mirror.show(call, summary.state === 'running' ? 'connecting' : sends ? 'failed' : 'empty');
    setAttribute(this.#again, 'aria-disabled', summary.state === 'running' ? 'true' : null);
  };

  /** The event comes late: the dialog may have been opened again. */
  #closed() {
    if (this.element.open) return;
    this.#check.removeEventListener('change', this.#show);
    this.#check.cancel();
    this.#mirror.stop();
  }
}
