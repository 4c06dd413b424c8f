/** @typedef {import('./web-socket.js').FakeWebSocket} FakeWebSocket */

/**
 * The model of a server that keeps one session (docs/protocol.md, "Nothing lost across a reconnect"). Frames travel
 * when the test says so: to it by `hear`, from it by `deliver`, on each socket in order.
 */
export class SessionServer {
  /** Numbers of the own frames, as they were heard since the last snapshot. @type {number[]} */
  heard = [];
  /** Of each life of the session, what was heard in it. @type {number[][]} */
  lives = [];

  #sockets;
  /** How many frames of each socket were heard. @type {Map<FakeWebSocket, number>} */
  #read = new Map();
  /** What is on its way to the client, by socket. @type {Map<FakeWebSocket, any[]>} */
  #outbound = new Map();
  /** The socket that carries the session. @type {FakeWebSocket|null} */
  #carrier = null;
  /** Frames of the client that count. */
  #got = 0;
  /** All that was sent in this life. @type {any[]} */
  #sent = [];
  /** How much of that the client has. */
  #acknowledged = 0;
  #known = false;
  #token = '';

  /** @param {FakeWebSocket[]} sockets */
  constructor(sockets) {
    this.#sockets = sockets;
  }

  /** Opens the newest socket, if it waits for that. */
  open() {
    const socket = this.#sockets.at(-1);
    if (socket?.readyState === 0) socket.open();
  }

  /** Says something to the client. @param {any} frame */
  say(frame) {
    if (!this.#known) return;
    this.#sent.push(frame);
    this.#push(this.#carrier, frame);
  }

  /** Reads so many frames of a socket, an old one as well. @param {number} count @param {number} [age] 0: the newest */
  hear(count = Infinity, age = 0) {
    const socket = this.#sockets.at(-1 - age);
    for (; socket && count > 0; count--) {
      const place = this.#read.get(socket) ?? 0;
      if (place >= socket.sent.length) return;
      this.#read.set(socket, place + 1);
      this.#take(socket, socket.sent[place]);
    }
  }

  /** Has so many frames arrive. @param {number} count @param {number} [age] */
  deliver(count = Infinity, age = 0) {
    const socket = this.#sockets.at(-1 - age);
    const waiting = (socket && this.#outbound.get(socket)) ?? [];
    for (; count > 0 && waiting.length > 0; count--) socket?.receive(waiting.shift());
  }

  /** The network takes the newest socket away. What is under way may yet come to the server, but not to the client. */
  cut() {
    const socket = this.#sockets.at(-1);
    if (!socket || socket.readyState > 1) return;
    this.#outbound.delete(socket);
    socket.drop(1006);
  }

  /** The process ends, and another knows nothing. */
  restart() {
    this.#known = false;
    this.#carrier = null;
    for (const socket of this.#sockets) this.#read.set(socket, Infinity);
    this.cut();
  }

  /** @param {FakeWebSocket} socket @param {any} frame */
  #take(socket, frame) {
    if (frame.type === 'join') return this.#join(socket, frame);
    if (socket !== this.#carrier) return;
    if (frame.type === 'ping' || frame.type === 'pong') {
      this.#acknowledged = Math.max(this.#acknowledged, frame.got);
      if (frame.type === 'ping') this.#push(socket, { type: 'pong', got: this.#got });
      return;
    }
    this.#got += 1;
    if (frame.data !== undefined) this.heard.push(frame.data);
    if (frame.id !== undefined) this.say({ type: 'ok', re: frame.id });
  }

  /** @param {FakeWebSocket} socket @param {any} join */
  #join(socket, { session, got }) {
    // A token of an earlier life comes with a count of that life: the client has not heard of the snapshot since.
    const known = this.#known && session === this.#token;
    const resumed = known && got >= this.#acknowledged && got <= this.#sent.length;
    this.#carrier = socket;
    if (resumed) {
      this.#acknowledged = got;
      this.#push(socket, { type: 'joined', re: 1, resumed, session, got: this.#got });
      for (const frame of this.#sent.slice(got)) this.#push(socket, frame);
      return;
    }
    this.#known = true;
    this.#got = this.#acknowledged = 0;
    this.#sent = [];
    this.heard = [];
    this.lives.push(this.heard);
    this.#token = `token ${this.lives.length}`;
    this.#push(socket, { type: 'joined', re: 1, resumed, session: this.#token, got: 0, you: 'm', peers: [] });
  }

  /** @param {FakeWebSocket|null} socket @param {any} frame */
  #push(socket, frame) {
    if (!socket || socket.readyState > 1) return;
    const waiting = this.#outbound.get(socket);
    if (waiting) waiting.push(frame);
    else this.#outbound.set(socket, [frame]);
  }
}
