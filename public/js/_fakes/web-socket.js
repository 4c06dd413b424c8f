/** A WebSocket whose server is the test. */
export class FakeWebSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  readyState = FakeWebSocket.CONNECTING;
  /** Frames sent, decoded. @type {any[]} */
  sent = [];
  /** The code it was closed with by the page. @type {number|undefined|null} */
  closedWith = null;
  /** @type {((event: any) => void)|null} */
  onopen = null;
  /** @type {((event: any) => void)|null} */
  onmessage = null;
  /** @type {((event: any) => void)|null} */
  onclose = null;

  /**
   * @param {string} url
   * @param {string} protocol
   */
  constructor(url, protocol) {
    this.url = url;
    this.protocol = protocol;
  }

  /** @param {string} text */
  send(text) {
    if (this.readyState === FakeWebSocket.CONNECTING) throw new DOMException('connecting', 'InvalidStateError');
    if (this.readyState === FakeWebSocket.OPEN) this.sent.push(JSON.parse(text));
  }

  /** @param {number} [code] */
  close(code) {
    if (this.readyState >= FakeWebSocket.CLOSING) return;
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException('code', 'InvalidAccessError');
    }
    this.readyState = FakeWebSocket.CLOSING;
    this.closedWith = code;
  }

  /** The server accepts. */
  open() {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.({});
  }

  /** The server sends a frame. @param {unknown} message encoded unless it is text */
  receive(message) {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  /**
   * The server, or the network, ends it.
   * @param {number} code
   * @param {string} [reason]
   */
  drop(code, reason = '') {
    this.readyState = FakeWebSocket.CLOSED;
    this.onclose?.({ code, reason });
  }

  /** Frames of that type the page sent. @param {string} type */
  sentOf(type) {
    return this.sent.filter((message) => message.type === type);
  }
}

/**
 * A WebSocket class that remembers its instances.
 * @returns {{WebSocket: any, sockets: FakeWebSocket[]}}
 */
export function fakeWebSockets() {
  /** @type {FakeWebSocket[]} */
  const sockets = [];
  class WebSocket extends FakeWebSocket {
    /**
     * @param {string} url
     * @param {string} protocol
     */
    constructor(url, protocol) {
      super(url, protocol);
      sockets.push(this);
    }
  }
  return { WebSocket, sockets };
}
