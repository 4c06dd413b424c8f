import { Conversation } from './chat/conversation.js';
import { Transfers } from './files/transfers.js';
import { Hosting } from './hosting.js';
import { Members } from './members.js';
import { Namesakes } from './namesakes.js';
import { ProtocolError, endReason } from './net/protocol.js';
import { Session } from './net/session.js';
import { Others } from './others.js';
import { Presence } from './presence.js';
import { ReactionFilter, isReaction } from './reactions.js';

/** @import { ClientMessage, JoinedMessage, PeerLeftMessage, Room, ServerMessage } from './net/protocol.js' */
/** @import { Clock } from './net/connection.js' */
/** @import { EndDetail } from './net/session.js' */
/** @import { LocalMedia } from './rtc/local-media.js' */
/** @import { Reaction } from './reactions.js' */
/** @import { View } from './rtc/mesh.js' */
/** @typedef {import('./net/protocol.js').EndReason} EndReason */
/** @typedef {'phase'|'server'|'token'|'peers'|'media'|'remote'|'room'|'hosting'|'typing'|'chat'|'files'} What */
/**
 * What a join says of oneself. `host`: the key `makeRoom` gave; `token`: a JWT.
 * @typedef {{room: string, name?: string, password?: string, host?: string, token?: string}} Entry
 */
/** @typedef {{what: What, id?: string}} CallChange `id`: the peer it is about */

/** @param {Event} event @returns {any} */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

/**
 * Being in a room: presence, sound and picture, chat. Plain state for the page to draw; event `change` (detail
 * {@link CallChange}) after every change of it. `reaction` (detail `{id, emoji}`): somebody, maybe oneself, has reacted.
 */
export class Call extends EventTarget {
  /** `waiting`: until somebody inside lets one in. @type {'idle'|'joining'|'waiting'|'in'|'ended'} */
  phase = 'idle';
  /** Why it ended, once `phase` is `ended`; `error`: the code of the server's refusal. @type {null|{code: number, reason: EndReason, error?: string}} */
  end = null;
  /** The own peer id; empty before the first `join`. */
  you = '';
  /** The newest token with which a later `join` of this room keeps the own peer id; empty before the first `join`. */
  session = '';
  /** @type {Room} */
  room = { name: '', topic: '', public: false, locked: false, lobby: false, hasPassword: false, created: '' };
  /** @type {LocalMedia} */
  media;
  /** What is said and written beside the call. @type {Conversation} */
  chat;
  /** Files on their way to and from the others. @type {Transfers} */
  transfers;
  /** What hosts may do, and who waits to be let in. @type {Hosting} */
  hosting;

  #sessionOptions;
  #signs;
  #names = new Namesakes();
  #members;
  #presence;
  #others;
  #reactions = new ReactionFilter();
  /** @type {Session|null} */
  #session = null;

  /**
   * @param {object} options
   * @param {LocalMedia} options.media stays the caller's: a call neither starts nor stops it
   * @param {string} options.url of the WebSocket
   * @param {EventTarget} [options.signs] of the network, see Signs
   * @param {typeof globalThis.WebSocket} [options.WebSocket]
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   * @param {Clock} [options.clock]
   * @param {() => number} [options.random] from 0 to 1
   */
  constructor({ media, url, signs = new EventTarget(), WebSocket, RTCPeerConnection, MediaStream, clock, random }) {
    super();
    this.media = media;
    this.#signs = signs;
    this.#sessionOptions = { url, signs, WebSocket, clock, random };
    this.chat = new Conversation({
      request: (message, options) => this.#request(message, options),
      send: (message) => this.#session?.sendNow(message),
      ownName: () => this.name,
      isExpected: (id) => this.#members.lingers(id),
      nameOf: (id, name) => this.#names.of(id, name),
      clock,
    });
    this.hosting = new Hosting({ request: (message) => this.#request(message, { renew: () => false }), names: this.#names });
    this.hosting.addEventListener('change', () => this.#changed('hosting'));
    this.#presence = new Presence({
      media, clock, request: (message) => this.#request(message, { renew: () => false }),
    });
    this.#members = new Members({ transcript: this.chat.transcript, names: this.#names, clock });
    this.#members.addEventListener('gone', (event) => this.#gone(detailOf(event).id));
    this.#others = new Others({
      media, RTCPeerConnection, MediaStream, clock, send: (signal) => this.#session?.send(signal),
    });
    this.transfers = new Transfers({ open: (id, label) => this.#others.openChannel(id, label), clock });
    this.#listenToOthers();
    this.transfers.addEventListener('change', () => this.#changed('files'));
    this.chat.typing.addEventListener('change', () => this.#changed('typing'));
    this.chat.transcript.addEventListener('change', () => this.#changed('chat'));
    media.addEventListener('change', () => this.#mediaChanged());
  }

  /** Whether the server can be heard, or only lets one knock. Picture and sound do not need it. @returns {'here'|'away'|'waiting'} */
  get server() {
    if (this.#session?.state !== 'away') return 'here';
    return this.#session.waiting ? 'waiting' : 'away';
  }

  /** The own name, as it was chosen. */
  get name() {
    return this.#names.given(this.you);
  }

  /** Whether one is a host of the room. */
  get isHost() {
    return this.peers.get(this.you)?.role === 'host';
  }

  /** Whether one may write to the others. */
  get mayWrite() {
    return this.hosting.may('chat');
  }

  /** Whether one may look up what was said before. */
  get mayLookBack() {
    return this.hosting.may('history');
  }

  /** Whether one is a host who may do something. @param {import('./rights.js').HostRight} right */
  may(right) {
    return this.isHost && this.hosting.may(right);
  }

  /** Everyone in the room, oneself included, by id, under the names they are shown. */
  get peers() {
    return this.#members.peers;
  }

  /** What comes from the others, by id. */
  get remote() {
    return this.#others.remote;
  }

  /** Whether there is a relay to go by where nothing goes directly. */
  get hasRelay() {
    return this.#others.hasRelay;
  }

  /** Whether the own hand is raised. */
  get hand() {
    return this.#presence.hand;
  }

  /** Ids of those whose hand is raised, in the order it was seen to be. */
  get hands() {
    return this.#members.hands;
  }

  /**
   * All the browser counts of the connection to a peer (W3C WebRTC Statistics).
   * @param {string} id
   * @returns {Promise<import('./rtc/figures.js').Report|null>} null where there is no connection
   */
  stats(id) {
    return this.#others.stats(id);
  }

  /**
   * Enters a room; possible again after the call has ended.
   * @param {Entry & {session?: string}} request `session`: the token of an earlier membership, which is done without if
   *   the server refuses it
   * @returns {Promise<void>} when in; rejects with {@link ProtocolError}, and the call is idle again
   */
  async join({ session: token, ...request }) {
    if (this.#session) throw new ProtocolError('already-joined');
    const session = new Session(this.#sessionOptions);
    this.#session = session;
    this.#listen(session);
    this.hosting.comeWith(request.token);
    this.#setPhase('joining');
    try {
      this.#joined(await session.join(() => this.#hello(request), token));
    } catch (error) {
      this.#session = null;
      session.leave();
      this.#setPhase('idle');
      throw error;
    }
  }

  leave() {
    this.#session?.leave();
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

  /** Shares the screen that the person then chooses, or none. @param {boolean} on */
  setScreen(on) {
    return this.media.setScreen(on);
  }

  /** @param {boolean} raised */
  setHand(raised) {
    this.#presence.hand = raised;
    this.#presence.tell();
  }

  /** Shows everyone a reaction. @param {Reaction} emoji */
  react(emoji) {
    if (!this.#reactions.admit(this.you)) return;
    this.#others.tell({ reaction: emoji });
    this.#reacted(this.you, emoji);
  }

  /** Says what the page shows of a peer, so that no more is sent. @param {string} id @param {View} view */
  setView(id, view) {
    this.#others.setView(id, view);
  }

  /** @param {boolean} speaking whether the own voice is heard */
  setSpeaking(speaking) {
    this.#others.setSpeaking(speaking);
  }

  /** Tries at once to heal the connection to a peer. @param {string} id */
  retryLink(id) {
    this.#others.retry(id);
  }

  /** @param {Session} session */
  #listen(session) {
    session.addEventListener('message', (event) => this.#received(detailOf(event)));
    session.addEventListener('joined', (event) => this.#joinedAgain(detailOf(event)));
    session.addEventListener('torn', () => this.#others.reconcile([...this.peers.values()]));
    session.addEventListener('state', () => this.#signalingChanged(session));
    session.addEventListener('token', () => this.#tokenChanged(session));
    session.addEventListener('close', (event) => this.#closed(detailOf(event)));
  }

  #listenToOthers() {
    const others = this.#others;
    others.addEventListener('change', (event) => this.#remoteChanged(detailOf(event).peer));
    others.addEventListener('trouble', () => this.#session?.prove());
    others.addEventListener('connected', (event) => this.transfers.connected(detailOf(event).peer));
    others.addEventListener('channel', (event) => {
      const { peer, channel } = detailOf(event);
      this.transfers.channel(peer, channel);
    });
    others.addEventListener('message', (event) => {
      const { peer, data } = detailOf(event);
      if (isReaction(data.reaction) && this.#reactions.admit(peer)) this.#reacted(peer, data.reaction);
    });
  }

  /** What a join says, as things are. @param {Entry} request */
  #hello({ room, name, password, host, token }) {
    const now = this.name || name;
    return {
      room, ...(now && { name: now }), ...(password && { password }), ...(host && { host }), ...(token && { token }),
      media: this.#presence.hello(),
    };
  }

  /**
   * @param {ClientMessage} message
   * @param {{renew?: () => boolean}} [options] as of {@link Session}
   */
  #request(message, options) {
    return this.#session?.request(message, options) ?? Promise.reject(new ProtocolError('closed'));
  }

  /** @param {JoinedMessage} joined */
  #joined(joined) {
    const again = joined.room.name === this.room.name;
    this.room = joined.room;
    this.hosting.restart();
    this.#begin(joined);
    this.chat.enter(joined, again);
    this.end = null;
    this.#signs.addEventListener('network', this.#networkChanged);
    this.#setPhase('in');
    this.#presence.entered(this.peers.get(this.you));
  }

  /** Takes the snapshot of a server that could not continue the session. @param {JoinedMessage} joined */
  #joinedAgain(joined) {
    this.room = joined.room;
    this.hosting.restart();
    if (joined.you === this.you) {
      this.#members.reconcile(joined.peers);
      this.#others.setIceServers(joined.ice);
      this.#others.reconcile(joined.peers);
    } else {
      this.#begin(joined);
      this.#changed('token');
    }
    this.chat.enter(joined, true);
    this.#presence.entered(this.peers.get(this.you));
    this.#changed('room');
    this.#changed('peers');
  }

  /** Is this peer from now on, with nobody but these others. @param {JoinedMessage} joined */
  #begin(joined) {
    const here = new Set(joined.peers.map(({ id }) => id));
    for (const id of [...this.#others.remote.keys()]) if (!here.has(id)) this.#forget(id);
    this.you = joined.you;
    this.#members.load(joined.you, joined.peers);
    this.#others.begin(joined);
  }

  /** @param {Session} session */
  #signalingChanged({ state, waiting }) {
    if (waiting && this.phase === 'joining') this.#setPhase('waiting');
    if (state !== 'in' && state !== 'away') return;
    this.#others.setSignaling(state === 'in');
    if (state === 'in') this.#members.release();
    else this.#members.hold();
    if (this.phase === 'in') this.#changed('server');
  }

  /** @param {Session} session */
  #tokenChanged({ token }) {
    if (!token) return;
    this.session = token;
    this.#changed('token');
  }

  #networkChanged = () => this.#others.networkChanged();

  /** @param {ServerMessage} message */
  #received(message) {
    switch (message.type) {
      case 'peer-joined':
        this.#members.joined(message.peer);
        this.#others.add(message.peer);
        this.#changed('peers', message.peer.id);
        break;
      case 'peer-left':
        this.#left(message);
        break;
      case 'peer-changed':
        this.#members.changed(message.peer);
        this.#others.update(message.peer);
        this.#changed('peers', message.peer.id);
        break;
      case 'offer':
      case 'answer':
      case 'candidate':
        this.#others.receive(message);
        break;
      case 'chat':
        this.chat.stored(message.message);
        break;
      case 'chat-changed':
        this.chat.changed(message.message);
        break;
      case 'typing':
        if (this.peers.has(message.from)) {
          this.chat.typing.heard(message.from, this.peers.get(message.from)?.name ?? '');
        }
        break;
      case 'room':
        this.room = message.room;
        this.#changed('room');
        break;
      case 'knock':
        this.hosting.knocked(message.peer);
        break;
      case 'knock-ended':
        this.hosting.knockEnded(message);
        break;
      case 'muted':
        this.#muted(message.by);
        break;
      case 'ice':
        this.#others.setIceServers(message.ice);
        break;
    }
  }

  /** @param {string} by id of a host */
  #muted(by) {
    if (!this.media.mic.wanted) return;
    this.setMic(false);
    this.hosting.muted(this.peers.get(by)?.name ?? '');
  }

  /** Whoever is lost to the server alone stays for a while. @param {PeerLeftMessage} message */
  #left({ peer: id, reason }) {
    const lingers = reason === 'lost' && this.remote.get(id)?.state === 'connected';
    if (this.#members.left(id, reason, lingers)) this.#gone(id);
    else this.#changed('peers', id);
  }

  /** @param {string} id */
  #remoteChanged(id) {
    if (this.remote.get(id)?.state !== 'connected') this.#members.fellSilent(id);
    this.#changed('remote', id);
  }

  /** @param {string} id @param {Reaction} emoji */
  #reacted(id, emoji) {
    if (this.peers.has(id)) this.dispatchEvent(new CustomEvent('reaction', { detail: { id, emoji } }));
  }

  /** @param {string} id of one who is not in the room any more */
  #gone(id) {
    this.#forget(id);
    this.#changed('peers', id);
  }

  /** @param {string} id */
  #forget(id) {
    this.#others.remove(id);
    this.transfers.gone(id);
    this.#reactions.forget(id);
    this.chat.typing.forget(id);
  }

  #mediaChanged() {
    this.#others.setTracks();
    if (this.phase === 'in') this.#presence.tell();
    if (this.media.mic.wanted) this.hosting.muted(null);
    this.#changed('media');
  }

  /** @param {EndDetail} end */
  #closed({ code, error }) {
    this.#session = null;
    this.#signs.removeEventListener('network', this.#networkChanged);
    this.#presence.stop();
    this.#presence.hand = false;
    for (const id of [...this.#others.remote.keys()]) this.#forget(id);
    this.#others.end();
    this.chat.disconnect();
    this.hosting.restart();
    this.#members.load('', []);
    this.end = { code, reason: endReason(code), ...(error && { error }) };
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
