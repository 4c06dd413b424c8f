import { Conversation } from './chat/conversation.js';
import { Members } from './members.js';
import { Connection } from './net/connection.js';
import { ProtocolError, endReason } from './net/protocol.js';
import { Presence } from './presence.js';
import { Mesh } from './rtc/mesh.js';

/** @import { ClientMessage, JoinedMessage, Room, ServerMessage } from './net/protocol.js' */
/** @import { Clock, CloseDetail } from './net/connection.js' */
/** @import { LocalMedia } from './rtc/local-media.js' */
/** @import { Remote } from './rtc/mesh.js' */
/** @typedef {import('./net/protocol.js').EndReason} EndReason */
/** @typedef {'phase'|'peers'|'media'|'remote'|'room'|'typing'|'chat'} What */
/** @typedef {{what: What, id?: string}} CallChange `id`: the peer it is about */

/** @param {Event} event @returns {any} */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

/**
 * Opens it.
 * @param {Connection} connection
 * @returns {Promise<void>}
 */
function opened(connection) {
  return new Promise((resolve, reject) => {
    connection.addEventListener('open', () => resolve(), { once: true });
    connection.addEventListener('close', () => reject(new ProtocolError('closed')), { once: true });
    connection.connect();
  });
}

/**
 * Being in a room: presence, sound and picture, chat. Plain state for the page to draw; event `change` (detail
 * {@link CallChange}) after every change of it.
 */
export class Call extends EventTarget {
  /** @type {'idle'|'joining'|'in'|'ended'} */
  phase = 'idle';
  /** Why it ended, once `phase` is `ended`. @type {null|{code: number, reason: EndReason}} */
  end = null;
  /** The own peer id; empty before the first `join`. */
  you = '';
  /** @type {Room} */
  room = { name: '', topic: '', public: false, locked: false, lobby: false, hasPassword: false, created: '' };
  /** @type {LocalMedia} */
  media;

  #url;
  #fakes;
  #chat;
  #members;
  #presence;
  /** @type {Connection|null} */
  #connection = null;
  /** @type {Mesh|null} */
  #mesh = null;

  /**
   * @param {object} options
   * @param {LocalMedia} options.media stays the caller's: a call neither starts nor stops it
   * @param {string} options.url of the WebSocket
   * @param {typeof globalThis.WebSocket} [options.WebSocket]
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   * @param {Clock} [options.clock]
   */
  constructor({ media, url, WebSocket, RTCPeerConnection, MediaStream, clock }) {
    super();
    this.media = media;
    this.#url = url;
    this.#fakes = { WebSocket, RTCPeerConnection, MediaStream, clock };
    const send = (/** @type {ClientMessage} */ message) => this.#connection?.send(message);
    this.#chat = new Conversation({ request: (message) => this.#request(message), send, clock });
    this.#presence = new Presence({ media, request: (message) => this.#request(message), clock });
    this.#members = new Members(this.#chat.transcript);
    this.#chat.typing.addEventListener('change', () => this.#changed('typing'));
    this.#chat.transcript.addEventListener('change', () => this.#changed('chat'));
    media.addEventListener('change', () => this.#mediaChanged());
  }

  /** Everyone in the room, oneself included, by id. */
  get peers() {
    return this.#members.peers;
  }

  get transcript() {
    return this.#chat.transcript;
  }

  /** Names of those who are typing, by id. */
  get typists() {
    return this.#chat.typing.typists;
  }

  /** What comes from the others, by id. @returns {Map<string, Remote>} */
  get remote() {
    return this.#mesh?.remote ?? new Map();
  }

  /**
   * Enters a room; possible again after the call has ended.
   * @param {{room: string, name?: string, host?: string}} request `host`: the key `makeRoom` gave
   * @returns {Promise<void>} when in; rejects with {@link ProtocolError}, and the call is idle again
   */
  async join({ room, name, host }) {
    if (this.#connection) throw new ProtocolError('already-joined');
    const connection = new Connection({ url: this.#url, WebSocket: this.#fakes.WebSocket, clock: this.#fakes.clock });
    this.#connection = connection;
    this.#setPhase('joining');
    try {
      await opened(connection);
      connection.addEventListener('message', (event) => this.#received(detailOf(event)));
      connection.addEventListener('close', (event) => this.#closed(detailOf(event)));
      const reply = await connection.request({
        type: 'join', room, ...(name && { name }), ...(host && { host }), media: this.#presence.start(),
      });
      if (reply.type !== 'joined') throw new ProtocolError('bad-message');
      this.#joined(reply);
    } catch (error) {
      this.#connection = null;
      this.#setPhase('idle');
      connection.close();
      throw error;
    }
  }

  leave() {
    this.#connection?.close();
  }

  /**
   * @param {string} name
   * @returns {Promise<void>} rejects with {@link ProtocolError}, e.g. `bad-name`
   */
  async rename(name) {
    await this.#request({ type: 'update', name });
  }

  /** @param {boolean} on */
  setMic(on) {
    return this.media.setMic(on);
  }

  /** @param {boolean} on */
  setCamera(on) {
    return this.media.setCamera(on);
  }

  /**
   * Says something to all. The transcript shows what becomes of it.
   * @param {string} text
   * @returns {Promise<void>} when the server has it or the line has failed; never rejects
   */
  say(text) {
    return this.#chat.say(text, this.peers.get(this.you)?.name ?? '');
  }

  /**
   * Sends a failed line again. It cannot appear twice.
   * @param {string} key
   * @returns {Promise<void>} as of `say`
   */
  retry(key) {
    return this.#chat.retry(key);
  }

  /**
   * Adds lines that an earlier page could not send in this room, as failed ones.
   * @param {{key: string, text: string}[]} lines
   */
  restore(lines) {
    this.transcript.restore(lines, this.peers.get(this.you)?.name ?? '');
  }

  /** Tells the others that a line is being typed; may be called on every key. */
  typing() {
    if (this.phase === 'in') this.#chat.typing.tell();
  }

  /**
   * Adds older messages to the transcript, if there are any.
   * @returns {Promise<void>} rejects with {@link ProtocolError}
   */
  older() {
    return this.#chat.older();
  }

  /** @param {ClientMessage} message */
  #request(message) {
    return this.#connection?.request(message) ?? Promise.reject(new ProtocolError('closed'));
  }

  /** @param {JoinedMessage} joined */
  #joined({ you, room, peers, ice, messages, more }) {
    if (room.name !== this.room.name) this.transcript.clear();
    this.you = you;
    this.room = room;
    this.#members.load(you, peers);
    this.transcript.you = you;
    this.transcript.load(messages, more);
    const { RTCPeerConnection, MediaStream, clock } = this.#fakes;
    const mesh = new Mesh({
      you, iceServers: ice, RTCPeerConnection, MediaStream, clock, send: (signal) => this.#connection?.send(signal),
    });
    mesh.addEventListener('change', (event) => this.#changed('remote', detailOf(event).peer));
    this.#mesh = mesh;
    this.#setTracks();
    for (const { id } of peers) mesh.add(id);
    this.end = null;
    this.#setPhase('in');
    this.#presence.tell();
  }

  /** @param {ServerMessage} message */
  #received(message) {
    switch (message.type) {
      case 'peer-joined':
        this.#members.joined(message.peer);
        this.#mesh?.add(message.peer.id);
        this.#changed('peers', message.peer.id);
        break;
      case 'peer-left':
        this.#members.left(message.peer, message.reason);
        this.#mesh?.remove(message.peer);
        this.#chat.typing.forget(message.peer);
        this.#changed('peers', message.peer);
        break;
      case 'peer-changed':
        this.#members.changed(message.peer);
        this.#changed('peers', message.peer.id);
        break;
      case 'offer':
      case 'answer':
      case 'candidate':
        this.#mesh?.receive(message);
        break;
      case 'chat':
        this.#chat.stored(message.message);
        break;
      case 'chat-changed':
        this.transcript.changed(message.message);
        break;
      case 'typing':
        if (this.peers.has(message.from)) {
          this.#chat.typing.heard(message.from, this.peers.get(message.from)?.name ?? '');
        }
        break;
      case 'room':
        this.room = message.room;
        this.#changed('room');
        break;
      case 'muted':
        this.setMic(false);
        break;
    }
  }

  #mediaChanged() {
    this.#setTracks();
    if (this.phase === 'in') this.#presence.tell();
    this.#changed('media');
  }

  #setTracks() {
    this.#mesh?.setTrack('audio', this.media.mic.track);
    this.#mesh?.setTrack('camera', this.media.camera.track);
  }

  /** @param {CloseDetail} close */
  #closed({ code }) {
    if (this.phase !== 'in') return;
    this.#connection = null;
    this.#presence.stop();
    this.#mesh?.close();
    this.#mesh = null;
    this.#chat.disconnect();
    this.#members.load('', []);
    this.end = { code, reason: endReason(code) };
    this.#setPhase('ended');
  }

  /** @param {Call['phase']} phase */
  #setPhase(phase) {
    this.phase = phase;
    this.#changed('phase');
  }

  /**
   * @param {What} what
   * @param {string} [id]
   */
  #changed(what, id) {
    this.dispatchEvent(new CustomEvent('change', { detail: { what, ...(id !== undefined && { id }) } }));
  }
}
