import { Arrivals } from './arrivals.js';
import { FlowWatch } from './flow-watch.js';
import { Ladder } from './ladder.js';
import { LinkSeries } from './link-series.js';
import { Pictures } from './pictures.js';
import { Quality } from './quality.js';
import { hasRelay } from './relays.js';
import { NOTHING, describe } from './remote.js';
import { isSame, viewOf } from './view.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { Condition, Rung } from './ladder.js' */
/** @import { Signal } from './link.js' */
/** @import { Reading } from './reading.js' */
/** @import { View } from './sending.js' */
/** @import { Encodings, TrackKind } from './transceivers.js' */
/** @import { Flow, FlowKind } from './watchdog.js' */
/** @typedef {Pick<import('../net/protocol.js').Peer, 'id'|'instance'|'mic'|'camera'|'away'>} Participant */

/**
 * The connection to one peer for as long as that is in the room, healed when media are lost.
 *
 * Events: `change` (`remote` is another); `trouble` (media were lost); `fault` (as of Link); `shown` (`shown` is another);
 * `reading` (`reading` is another); `message` (detail: an object the other page said), `channel` (as of PeerChannel).
 */
export class PeerLink extends EventTarget {
  /** A new object after every change. */
  remote = NOTHING;
  /** What the other page shows of this side; null: it does not say. @type {View|null} */
  shown = null;
  /** What the last look at the connection told; null: there is none. @type {Reading|null} */
  reading = null;

  #peer;
  #signaling;
  #iceServers;
  #series;
  #ladder;
  #watch;
  #pictures;
  #quality = new Quality();
  #arrivals = new Arrivals();
  /** What the page shows of the other side; null: nobody said. @type {View|null} */
  #view = null;
  /** Whether either side has too little room for its camera's picture, which the other shows. */
  #pausing = false;
  #paused = false;
  /** Connected, and yet media do not flow. */
  #stalled = false;
  /** The own address has changed while signaling was down. */
  #moved = false;

  /**
   * @param {object} options
   * @param {Participant} options.peer
   * @param {boolean} options.polite
   * @param {boolean} options.signaling whether it is up
   * @param {Map<TrackKind, MediaStreamTrack|null>} options.tracks what is sent
   * @param {RTCIceServer[]} options.iceServers
   * @param {(signal: Signal) => void} options.send
   * @param {(candidate: RTCIceCandidate) => void} [options.gathered] called with each own candidate
   * @param {Clock} [options.clock]
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   */
  constructor({ peer, clock = globalThis, ...options }) {
    super();
    const { polite, signaling, iceServers } = options;
    this.#peer = peer;
    this.#signaling = signaling;
    this.#iceServers = iceServers;
    this.#ladder = new Ladder({
      polite, clock, signaling,
      hasRelay: () => hasRelay(this.#iceServers),
      condition: () => this.#condition(),
      act: (rung) => this.#act(rung),
      changed: () => this.#ladderChanged(),
    });
    this.#pictures = new Pictures({
      clock,
      given: () => !this.#series.audioOnly,
      well: () => this.#ladder.idle,
      attempt: () => this.#series.setAudioOnly(false),
    });
    this.#watch = new FlowWatch({ clock, expected: () => this.#expected(), judged: (flow) => this.#judged(flow), seen: (reading) => this.#seen(reading) });
    this.#series = new LinkSeries({ ...options, clock });
    this.#series.addEventListener('state', () => this.#stateChanged());
    this.#series.addEventListener('track', () => this.#publish());
    this.#series.addEventListener('offered', () => this.#ladder.helped());
    this.#series.addEventListener('open', () => this.#opened());
    this.#series.addEventListener('message', (event) => this.#said(/** @type {CustomEvent} */ (event).detail));
    this.#series.addEventListener('channel', (event) => this.#pass(event));
    this.#series.addEventListener('fault', (event) => this.#pass(event));
    this.#publish();
  }

  get instance() {
    return this.#peer.instance;
  }

  /** Takes the peer's new presence. @param {Participant} peer */
  update(peer) {
    const { mic, camera, away } = this.#peer;
    this.#peer = peer;
    if (mic !== peer.mic || camera !== peer.camera || away !== peer.away) this.#restartWatch();
    if (away && !peer.away) this.#again();
    if (!camera && peer.camera) this.#pictures.again();
  }

  /** Signals may be lost: negotiates anew what is not both stable and connected. @param {Participant} peer */
  reconcile(peer) {
    this.update(peer);
    if (this.#series.link?.settled) return;
    if (this.#ladder.idle) this.#series.renegotiate();
    else this.#again();
  }

  /** While it is down nothing is tried. @param {boolean} up */
  setSignaling(up) {
    if (up === this.#signaling) return;
    this.#signaling = up;
    this.#watch.restart();
    this.#series.setSignaling(up);
    this.#ladder.setSignaling(up);
    if (up && this.#moved) this.networkChanged();
  }

  /** The own address is another: finds new ways for the media, as soon as signaling is up. */
  networkChanged() {
    this.#moved = !this.#signaling;
    if (this.#moved) return;
    this.#pictures.again();
    if (this.#ladder.idle) this.#series.restartIce();
    else this.#again();
  }

  /** @param {RTCIceServer[]} iceServers for connections and ICE restarts from now on */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    this.#series.setIceServers(iceServers);
  }

  /** Says what the page shows of the other side. @param {View} view */
  setView(view) {
    if (isSame(view, this.#view)) return;
    if (Boolean(view.camera) !== Boolean(this.#view?.camera)) this.#restartWatch();
    this.#view = view;
    this.#tellView();
  }

  /** Sends within these bounds from now on. @param {Encodings} encodings */
  setEncodings(encodings) {
    this.#series.setEncodings(encodings);
    const pausing = encodings.camera?.active === false && this.shown?.camera !== null;
    if (pausing === this.#pausing) return;
    this.#pausing = pausing;
    this.tell({ paused: pausing });
  }

  /** Says something to the other page, if it can be said now. @param {object} message */
  tell(message) {
    this.#series.link?.channel.tell(message);
  }

  /** @param {string} label @returns {RTCDataChannel|null} null while there is no connection for it */
  openChannel(label) {
    return this.#series.link?.channel.open(label) ?? null;
  }

  /** Begins anew what seems to be good and is not, and tries at once what is not good. */
  retry() {
    if (this.#ladder.idle) this.#series.begin();
    else this.#again();
  }

  /** As of {@link Link}. @returns {Promise<import('./figures.js').Report|null>} null while there is no connection */
  async stats() {
    return (await this.#series.link?.stats()) ?? null;
  }

  /**
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    this.#series.setTrack(kind, track);
  }

  /**
   * Takes what the other side sent, in the order it was sent.
   * @param {Signal} signal
   * @returns {Promise<void>} when it is applied, was ignored or dropped; never rejects
   */
  receive(signal) {
    this.#ladder.heard();
    return this.#series.receive(signal);
  }

  close() {
    this.#ladder.close();
    this.#watch.watch(null);
    this.#pictures.stop();
    this.#series.close();
  }

  /** Things are not what they were: tries at once what is not good, with pictures. */
  #again() {
    if (this.#series.audioOnly) this.#series.setAudioOnly(false);
    this.#pictures.again();
    this.#ladder.again();
  }

  /** @param {Rung} rung */
  #act(rung) {
    this.#watch.restart();
    const connected = this.#series.link?.state === 'connected';
    if (rung === 'ice-restart') this.#series.renegotiate();
    else if (rung === 'relay') this.#series.renegotiate('relay');
    else if (rung === 'audio-only' && connected) this.#series.setAudioOnly(true);
    else this.#series.begin({ audioOnly: rung === 'audio-only' });
  }

  #stateChanged() {
    const { link } = this.#series;
    const state = link?.state;
    this.#watch.watch(link && state === 'connected' ? link : null);
    if (state === 'disconnected' || state === 'failed') {
      if (this.remote.state === 'connected' || this.#ladder.idle) this.dispatchEvent(new Event('trouble'));
      if (state === 'failed') this.#ladder.failed();
      else this.#ladder.lost();
    }
    this.#assess();
    this.#publish();
  }

  #ladderChanged() {
    if (this.#ladder.idle) this.#stalled = false;
    this.#pictures.changed();
    this.#publish();
  }

  /** @returns {Condition} */
  #condition() {
    if (this.#series.link?.state !== 'connected') return 'broken';
    return this.#stalled ? 'stalled' : 'good';
  }

  #assess() {
    if (this.#condition() === 'good') this.#ladder.recovered();
  }

  #restartWatch() {
    this.#watch.restart();
    this.#arrivals.restart();
    this.#publish();
  }

  /** @param {Reading|null} reading */
  #seen(reading) {
    this.reading = reading;
    this.#quality.read(reading);
    this.#arrivals.read(reading, this.#expected());
    this.#publish();
    this.dispatchEvent(new Event('reading'));
  }

  #tellView() {
    if (this.#view) this.tell({ view: this.#view });
  }

  /** The channel to the other page is open; that page may be a new one. */
  #opened() {
    this.#tellView();
    this.#setPaused(false);
    if (this.#pausing) this.tell({ paused: true });
  }

  /** @param {Record<string, unknown>} message */
  #said(message) {
    if ('view' in message) this.#setShown(viewOf(message.view));
    else if ('paused' in message) this.#setPaused(message.paused === true);
    else this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  /** @param {View|null} shown null: it was no view */
  #setShown(shown) {
    if (!shown || isSame(shown, this.shown)) return;
    this.shown = shown;
    this.dispatchEvent(new Event('shown'));
  }

  /** @param {boolean} paused */
  #setPaused(paused) {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#restartWatch();
  }

  /** @param {Event} event */
  #pass(event) {
    this.dispatchEvent(new CustomEvent(event.type, { detail: /** @type {CustomEvent} */ (event).detail }));
  }

  /** What should come from the peer, if that can be known. */
  #expected() {
    const { mic, camera, away } = this.#peer;
    if (!this.#signaling || away) return null;
    /** @type {FlowKind[]} */
    const kinds = [];
    if (mic) kinds.push('audio');
    if (camera && this.#view?.camera !== null && !this.#paused && !this.#series.link?.audioOnly) kinds.push('camera');
    return kinds;
  }

  /** @param {Flow} flow */
  #judged(flow) {
    if (flow === 'flowing' && this.#stalled) {
      this.#stalled = false;
      this.#assess();
    } else if (flow === 'stalled' && this.#pictures.onTrial) {
      this.#series.setAudioOnly(true);
      this.#pictures.changed();
    } else if (flow === 'stalled' && this.#ladder.idle && this.#watch.attempt()) {
      this.#stalled = true;
      this.dispatchEvent(new Event('trouble'));
      this.#ladder.failed();
    }
  }

  #publish() {
    const { frozen, silent } = this.#arrivals;
    const remote = describe(this.remote, this.#series.link, this.#ladder, {
      quality: this.#quality.score, frozen, silent, paused: this.#paused,
    });
    if (remote === this.remote) return;
    this.remote = remote;
    this.dispatchEvent(new Event('change'));
  }
}
