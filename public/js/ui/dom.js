/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Makes an element. Strings become text nodes, never markup. An attribute that is `false`,
 * `null` or `undefined` is left out; a function under `onclick` and the like listens.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else setAttribute(element, name, value);
  }
  element.append(...present(children));
  return element;
}

/**
 * Sets an attribute; `true` sets it empty, `false`, `null` and `undefined` remove it.
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * Writes text only when it differs, so that live regions and selections stay quiet.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {HTMLElement} element @param {...Child} children */
export function replaceChildren(element, ...children) {
  element.replaceChildren(...present(children));
}

/**
 * Gives the focus on before an element that has it goes away: to another control, or to the page's main part.
 * @param {Element} element
 * @param {HTMLElement | null} [to]
 */
export function yieldFocus(element, to = null) {
  if (!element.contains(document.activeElement)) return;
  (to ?? /** @type {HTMLElement | null} */ (document.querySelector('main')))?.focus({ preventScroll: true });
}

let lastID = 0;

/** An id that no other element of the page has. @param {string} prefix */
export function uniqueID(prefix) {
  lastID += 1;
  return `${prefix}-${lastID}`;
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function present(children) {
  /** @type {(Node | string)[]} */
  const kept = [];
  for (const child of children) if (child) kept.push(child);
  return kept;
}
