/** An element, as far as the page's own parts use one: attributes, children, classes, text. */
export class FakeElement extends EventTarget {
  hidden = false;
  className = '';
  value = '';
  style = { setProperty: () => {} };
  /** @type {any} */
  srcObject = null;
  clientWidth = 390;
  clientHeight = 700;
  /** @type {any[]} */
  children = [];
  /** @type {Map<string, string>} */
  #attributes = new Map();
  #text = '';

  /** @param {string} tag */
  constructor(tag) {
    super();
    this.tag = tag;
  }

  get classList() {
    const names = () => new Set(this.className.split(' ').filter(Boolean));
    const set = (/** @type {string} */ name, /** @type {boolean} */ on) => {
      const kept = names();
      if (on) kept.add(name);
      else kept.delete(name);
      this.className = [...kept].join(' ');
    };
    return {
      add: (/** @type {string} */ name) => set(name, true),
      contains: (/** @type {string} */ name) => names().has(name),
      toggle: (/** @type {string} */ name, on = !names().has(name)) => set(name, on),
    };
  }

  /** @returns {string} */
  get textContent() {
    return this.#text + this.children.map((child) => child.textContent ?? child).join('');
  }

  set textContent(text) {
    this.children = [];
    this.#text = text;
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.#attributes.set(name, value);
    if (name === 'class') this.className = value;
    if (name === 'hidden') this.hidden = true;
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.#attributes.delete(name);
    if (name === 'hidden') this.hidden = false;
  }

  /** @param {...any} children */
  append(...children) {
    this.children.push(...children);
  }

  /** @param {...any} children */
  replaceChildren(...children) {
    this.#text = '';
    this.children = children;
  }

  async play() {}

  focused = false;

  focus() {
    this.focused = true;
  }

  remove() {}

  /** @param {any} other @returns {boolean} */
  contains(other) {
    return this.all().includes(other);
  }

  /** @returns {FakeElement | null} */
  closest() {
    return null;
  }

  /** The element itself and all within it. @returns {FakeElement[]} */
  all() {
    return [this, ...this.children.flatMap((child) => (child instanceof FakeElement ? child.all() : []))];
  }

  /** The first element of that class within. @param {string} name @returns {FakeElement} */
  first(name) {
    const found = this.all().find(({ classList }) => classList.contains(name));
    if (!found) throw new Error(`no ${name}`);
    return found;
  }
}

/** How many AudioContexts are open. */
export class FakeAudioContext {
  static open = 0;
  state = 'running';

  constructor() {
    FakeAudioContext.open += 1;
  }

  createMediaStreamSource() {
    return { connect: () => {}, disconnect: () => {} };
  }

  async close() {
    FakeAudioContext.open -= 1;
  }
}

/**
 * Puts what the parts of the page take from a browser into the global scope, until the test is over.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, any>} [more]
 */
export function installPage(t, more = {}) {
  const scope = /** @type {any} */ (globalThis);
  const page = new EventTarget();
  const globals = {
    document: Object.assign(new EventTarget(), {
      hidden: false,
      activeElement: null,
      createElement: (/** @type {string} */ tag) => new FakeElement(tag),
      createElementNS: (/** @type {string} */ _, /** @type {string} */ tag) => new FakeElement(tag),
    }),
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    AudioContext: FakeAudioContext,
    AnalyserNode: class {},
    ...more,
  };
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(scope, name);
    Object.defineProperty(scope, name, { value, configurable: true, writable: true });
    t.after(() => (before ? Object.defineProperty(scope, name, before) : delete scope[name]));
  }
  FakeAudioContext.open = 0;
}
