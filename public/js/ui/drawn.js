/** @typedef {import('./layout.js').Size} Size */

/** How large elements are drawn, without asking for a layout. Event `change` after one or some of them changed. */
export class Drawn extends EventTarget {
  /** @type {Map<Element, Size>} */
  #sizes = new Map();
  /** What is scrolled out of sight. @type {Set<Element>} */
  #unseen = new Set();
  #resized = new ResizeObserver((entries) => {
    for (const { target, contentRect: { width, height } } of entries) this.#sizes.set(target, { width, height });
    this.#changed();
  });
  /** @type {IntersectionObserver} */
  #scrolled;

  /** @param {Element} root what the elements are seen through */
  constructor(root) {
    super();
    this.#scrolled = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#unseen.delete(target);
        else this.#unseen.add(target);
      }
      this.#changed();
    }, { root });
  }

  /** @param {Element} element */
  watch(element) {
    this.#resized.observe(element);
    this.#scrolled.observe(element);
  }

  /** @param {Element} element */
  leave(element) {
    this.#resized.unobserve(element);
    this.#scrolled.unobserve(element);
    this.#sizes.delete(element);
    this.#unseen.delete(element);
  }

  /** In CSS pixels; null where it is not seen. @param {Element} element @returns {Size | null} */
  size(element) {
    if (this.#unseen.has(element)) return null;
    return this.#sizes.get(element) ?? null;
  }

  disconnect() {
    this.#resized.disconnect();
    this.#scrolled.disconnect();
    this.#sizes.clear();
    this.#unseen.clear();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
