import { Conversation } from './chat/conversation.js';
import { Members } from './members.js';
import { Connection } from './net/connection.js';
import { enter } from './net/entrance.js';
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
  /** The token with which a later `join` of this room keeps the own peer id; empty before the first `join`. */
  session = '';
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
   * @param {{room: string, name?: string, host?: string, session?: string}} request `host`: the key `makeRoom` gave;
   *   `session`: the token of an earlier membership, which is done without if the server refuses it
   * @returns {Promise<void>} when in; rejects with {@link ProtocolError}, and the call is idle again
   */
  async join({ session, ...request }) {
    if (this.#connection) throw new ProtocolError('already-joined');
    try {
      await this.#enter({ ...request, session }).catch((error) => {
        if (!session || error.code !== 'bad-token') throw error;
        return this.#enter(request);
      });
    } catch (error) {
      this.#setPhase('idle');
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
   * Says something: to all, or privately to the peer `to`; as an answer to the message `reply`. The transcript shows
   * what becomes of it, and goes back to the newest messages for that.
   * @param {string} text
   * @param {{to?: string|null, reply?: number|null}} [options]
   * @returns {Promise<void>} when the server has it or the line has failed; never rejects
   */
  say(text, options) {
    return this.#chat.say(text, { ...options, name: this.#name });
  }

  /**
   * Sends a failed line again. It cannot appear twice.
   * @param {string} key
   * @returns {Promise<void>} as of `say`
   */
  retry(key) {
    return this.#chat.retry(key);
  }

  /** Forgets a failed line. @param {string} key */
  discard(key) {
    this.transcript.discard(key);
  }

  /**
   * Adds lines that an earlier page could not send in this room. Those of the present peer id that were not given up go
   * out, others have failed.
   * @param {import('./chat/entry.js').UnsentLine[]} lines
   */
  restore(lines) {
    this.#chat.restore(lines, this.#name);
  }

  /** Tells the others that a line is being typed; may be called on every key. */
  typing() {
    if (this.phase === 'in') this.#chat.typing.tell();
  }

  /** @type {Conversation['edit']} */
  edit = (n, text) => this.#chat.edit(n, text);
  /** @type {Conversation['remove']} */
  remove = (n) => this.#chat.remove(n);
  /** @type {Conversation['older']} */
  older = () => this.#chat.older();
  /** @type {Conversation['newer']} */
  newer = () => this.#chat.newer();
  /** @type {Conversation['latest']} */
  latest = () => this.#chat.latest();
  /** @type {Conversation['show']} */
  show = (n) => this.#chat.show(n);
  /** @type {Conversation['quoted']} */
  quoted = (n) => this.#chat.quoted(n);
  /** @type {Conversation['search']} */
  search = (query, options) => this.#chat.search(query, options);

  get #name() {
    return this.peers.get(this.you)?.name ?? '';
  }

  /** @param {{room: string, name?: string, host?: string, session?: string}} request */
  async #enter({ room, name, host, session }) {
    const connection = new Connection({ url: this.#url, WebSocket: this.#fakes.WebSocket, clock: this.#fakes.clock });
    connection.addEventListener('message', (event) => this.#received(detailOf(event)));
    connection.addEventListener('close', (event) => this.#closed(detailOf(event)));
    this.#connection = connection;
    this.#setPhase('joining');
    try {
      this.#joined(await enter(connection, {
        type: 'join', room, ...(name && { name }), ...(host && { host }), ...(session && { session }),
        media: this.#presence.start(),
      }));
    } catch (error) {
      this.#connection = null;
      connection.close();
      throw error;
    }
  }

  /** @param {ClientMessage} message */
  #request(message) {
    return this.#connection?.request(message) ?? Promise.reject(new ProtocolError('closed'));
  }

  /** @param {JoinedMessage} joined */
  #joined(joined) {
    const { you, room, peers, ice, session } = joined;
    const again = room.name === this.room.name;
    this.you = you;
    this.session = session;
    this.room = room;
    this.#members.load(you, peers);
    this.#chat.enter(joined, again);
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
        this.#chat.changed(message.message);
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
