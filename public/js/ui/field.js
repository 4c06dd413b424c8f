import { el, setAttribute, setText, uniqueID } from './dom.js';

/**
 * A labelled text box with a place for what is wrong with its content.
 */
export class Field {
  /**
   * @param {object} options
   * @param {string} options.label
   * @param {Record<string, any>} [options.input] attributes of the input
   * @param {import('./dom.js').Child} [options.aside] stands beside the input
   */
  constructor({ label, input = {}, aside }) {
    const id = uniqueID('field');
    this.input = el('input', { id, type: 'text', class: 'input', 'aria-describedby': `${id}-fault`, ...input });
    this.input.addEventListener('input', () => this.fault(''));
    this.#fault = el('p', { id: `${id}-fault`, class: 'fault', hidden: true });
    this.element = el(
      'div',
      { class: 'field' },
      el('label', { for: id, class: 'label' }, label),
      el('div', { class: 'field-row' }, this.input, aside),
      this.#fault,
    );
  }

  #fault;

  get value() {
    return this.input.value.trim();
  }

  set value(text) {
    this.input.value = text;
    this.fault('');
  }

  /** Says what is wrong and goes there; an empty sentence takes it back. @param {string} sentence */
  fault(sentence) {
    setText(this.#fault, sentence);
    this.#fault.hidden = !sentence;
    setAttribute(this.input, 'aria-invalid', sentence ? 'true' : null);
    if (sentence) this.input.focus();
  }
}
