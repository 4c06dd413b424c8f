/** @typedef {EventTarget & {type?: string}} NetworkInformation (WICG Network Information API) */

/**
 * What the browser lets on about the way to the server.
 *
 * Events: `network`, the machine is online again or has another network; `wake`, the page was frozen or hidden, or the
 * way has changed in some other respect, so that a socket may be dead without saying so.
 */
export class Signs extends EventTarget {
  #window;
  #document;
  #network;
  /** @type {string|undefined} */
  #type;

  /**
   * @param {object} [options]
   * @param {EventTarget} [options.window]
   * @param {EventTarget & {visibilityState?: string}} [options.document]
   * @param {NetworkInformation|null} [options.network] `navigator.connection`
   */
  constructor({
    window = globalThis, document = globalThis.document,
    network = /** @type {any} */ (globalThis.navigator)?.connection ?? null,
  } = {}) {
    super();
    this.#window = window;
    this.#document = document;
    this.#network = network;
  }

  connect() {
    this.#type = this.#network?.type;
    this.#window.addEventListener('online', this.#online);
    this.#window.addEventListener('pageshow', this.#wake);
    this.#document.addEventListener('visibilitychange', this.#seen);
    // Page Lifecycle, "resume": the page was frozen.
    this.#document.addEventListener('resume', this.#wake);
    this.#network?.addEventListener('change', this.#changed);
  }

  disconnect() {
    this.#window.removeEventListener('online', this.#online);
    this.#window.removeEventListener('pageshow', this.#wake);
    this.#document.removeEventListener('visibilitychange', this.#seen);
    this.#document.removeEventListener('resume', this.#wake);
    this.#network?.removeEventListener('change', this.#changed);
  }

  #online = () => this.#tell('network');

  #wake = () => this.#tell('wake');

  #seen = () => {
    if (this.#document.visibilityState === 'visible') this.#wake();
  };

  /** Most changes are of estimates, not of the network; only where the kind is known does it tell of another one. */
  #changed = () => {
    const type = this.#network?.type;
    const other = type !== this.#type;
    this.#type = type;
    this.#tell(other ? 'network' : 'wake');
  };

  /** @param {string} type */
  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
