/** How long the controls of a tile stay after a touch, in milliseconds. */
const awakeMs = 5000;

/** Shows the controls of a tile at the first touch, which does nothing else. The class `is-awake` stands for it. */
export class Wake {
  #element;
  #slept = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    element.addEventListener('pointerdown', this.#touched, { capture: true });
    element.addEventListener('click', this.#clicked, { capture: true });
  }

  sleep() {
    clearTimeout(this.#timer);
    this.#element.classList.toggle('is-awake', false);
  }

  /** @param {PointerEvent} event */
  #touched = ({ pointerType }) => {
    this.#slept = pointerType === 'touch' && !this.#element.classList.contains('is-awake');
    if (pointerType !== 'touch') return;
    this.#element.classList.add('is-awake');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.sleep(), awakeMs);
  };

  /** @param {MouseEvent} event */
  #clicked = (event) => {
    const hidden = this.#slept && event.target instanceof Element && event.target.closest('.tile-controls');
    this.#slept = false;
    if (!hidden) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
