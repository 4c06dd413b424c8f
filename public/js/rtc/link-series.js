import { AnswerTimer } from './answer-timer.js';
import { Link } from './link.js';
import { SignalQueue } from './signal-queue.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { Signal } from './link.js' */
/** @import { Encodings, TrackKind } from './transceivers.js' */

/** How many former connections of the other side are told apart. */
const MAX_FORMER = 8;

/**
 * One Link to a peer after the other, as either side begins anew; what is sent goes over to the next. Signals are
 * applied one after the other, to the link they are for.
 *
 * Events: `state` (another link, or the link has another state), `track`, `offered`, `fault`, as of Link; `open`,
 * `message`, `channel`, as of PeerChannel.
 */
export class LinkSeries extends EventTarget {
  /** Null where the browser has no connection to give. @type {Link|null} */
  link = null;

  #polite;
  #options;
  #clock;
  #iceServers;
  /** @type {RTCIceTransportPolicy} */
  #policy = 'all';
  #audioOnly = false;
  #signaling;
  #tracks;
  /** @type {Encodings} */
  #encodings = {};
  #queue = new SignalQueue((error) => this.#fault(error));
  #answerTimer;
  /** @type {() => void} */
  #endLink = () => {};
  #linkEnded = Promise.resolve();
  /** Fingerprints of connections of the other side that are no longer used, oldest first. @type {Set<string>} */
  #former = new Set();
  /** Something was begun in this task; one such thing is enough. */
  #begun = false;
  #closed = false;

  /**
   * @param {object} options
   * @param {boolean} options.polite
   * @param {boolean} options.signaling whether it is up
   * @param {Map<TrackKind, MediaStreamTrack|null>} options.tracks what is sent
   * @param {RTCIceServer[]} options.iceServers
   * @param {(signal: Signal) => void} options.send
   * @param {(candidate: RTCIceCandidate) => void} [options.gathered] called with each own candidate
   * @param {Clock} options.clock
   * @param {typeof globalThis.RTCPeerConnection} [options.RTCPeerConnection]
   * @param {typeof globalThis.MediaStream} [options.MediaStream]
   */
  constructor({ polite, signaling, tracks, iceServers, clock, ...options }) {
    super();
    this.#polite = polite;
    this.#signaling = signaling;
    this.#tracks = new Map(tracks);
    this.#iceServers = iceServers;
    this.#clock = clock;
    this.#options = options;
    this.#answerTimer = new AnswerTimer(() => this.renegotiate(), clock);
    this.#once();
    this.#connect(!polite);
  }

  /** Begins a new connection. @param {{audioOnly?: boolean}} [options] */
  begin({ audioOnly = false } = {}) {
    this.#policy = 'all';
    this.#audioOnly = audioOnly;
    this.#once();
    this.#connect(true);
  }

  /**
   * Restarts ICE even if signals were lost; where nothing was heard yet, begins a new connection.
   * @param {RTCIceTransportPolicy} [policy]
   */
  renegotiate(policy = 'all') {
    const { link } = this;
    this.#policy = policy;
    link?.setIce(this.#iceServers, policy);
    if (this.#begun) return;
    this.#once();
    if (!link?.heard) {
      this.#connect(true);
      return;
    }
    this.#queue.add('own', async () => {
      if (this.link === link) await Promise.race([link.renegotiate(), this.#linkEnded]);
    });
  }

  /** Looks for new ways for the media of a connection that may still be good. */
  restartIce() {
    if (this.#begun || !this.link?.heard) return;
    this.#policy = 'all';
    this.link.setIce(this.#iceServers, this.#policy);
    this.link.restartIce();
  }

  /** Sends and takes pictures no more over this connection, or again. @param {boolean} audioOnly */
  setAudioOnly(audioOnly) {
    this.#audioOnly = audioOnly;
    this.link?.setAudioOnly(audioOnly);
  }

  /** Whether pictures are left out by the will of this side. */
  get audioOnly() {
    return this.#audioOnly;
  }

  /** @param {RTCIceServer[]} iceServers for connections and ICE restarts from now on */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    this.link?.setIce(iceServers, this.#policy);
  }

  /**
   * @param {TrackKind} kind
   * @param {MediaStreamTrack|null} track
   */
  setTrack(kind, track) {
    this.#tracks.set(kind, track);
    this.link?.setTrack(kind, track);
  }

  /** Sends within these bounds from now on. @param {Encodings} encodings */
  setEncodings(encodings) {
    this.#encodings = encodings;
    this.link?.setEncodings(encodings);
  }

  /** While it is down no answer is waited for. @param {boolean} up */
  setSignaling(up) {
    this.#signaling = up;
    this.#awaitAnswer();
  }

  /**
   * Takes what the other side sent, in the order it was sent.
   * @param {Signal} signal
   * @returns {Promise<void>} when it is applied, was ignored or dropped; never rejects
   */
  receive(signal) {
    const kind = signal.type === 'candidate' ? 'candidates' : 'descriptions';
    return this.#queue.add(kind, () => this.#take(signal), signal);
  }

  close() {
    this.#closed = true;
    this.#drop();
  }

  /** @param {boolean} begin */
  #connect(begin) {
    this.#drop();
    this.#linkEnded = new Promise((resolve) => { this.#endLink = resolve; });
    try {
      this.link = new Link({
        ...this.#options, clock: this.#clock, polite: this.#polite, begin, audioOnly: this.#audioOnly,
        former: this.#former, iceServers: this.#iceServers, policy: this.#policy, tracks: this.#tracks,
      });
      this.#listen(this.link);
      this.link.setEncodings(this.#encodings);
    } catch (error) {
      this.#fault(error);
    }
    this.dispatchEvent(new Event('state'));
  }

  /** @param {Link} link */
  #listen(link) {
    /** @type {Record<string, (event: Event) => void>} */
    const acts = {
      offering: () => this.#awaitAnswer(),
      ignored: () => this.#awaitAnswer(true),
      answered: () => this.#answerTimer.answered(),
      offered: () => {
        this.#answerTimer.answered();
        this.dispatchEvent(new Event('offered'));
      },
      state: () => this.dispatchEvent(new Event('state')),
      track: () => this.dispatchEvent(new Event('track')),
      fault: (event) => this.#fault(/** @type {CustomEvent} */ (event).detail),
    };
    for (const type of ['open', 'message', 'channel']) {
      link.channel.addEventListener(type, (event) => {
        if (this.link === link) this.dispatchEvent(new CustomEvent(type, { detail: /** @type {CustomEvent} */ (event).detail }));
      });
    }
    for (const [type, act] of Object.entries(acts)) {
      link.addEventListener(type, (event) => {
        if (this.link === link) act(event);
      });
    }
  }

  /** Ends the present link, and remembers whom it was with. */
  #drop() {
    this.#answerTimer.stop();
    const { link } = this;
    this.link = null;
    if (!link) return;
    if (link.fingerprint) this.#former.add(link.fingerprint);
    if (this.#former.size > MAX_FORMER) this.#former.delete([...this.#former][0]);
    link.close();
    this.#endLink();
  }

  /** @param {Signal} signal @returns {Promise<void>} */
  async #take(signal) {
    const { link } = this;
    if (!link) return;
    const outcome = await Promise.race([link.receive(signal), this.#linkEnded]);
    if (this.#closed || signal.type === 'candidate') return;
    if (this.link !== link) {
      await this.#take(signal);
    } else if (outcome === 'replaced') {
      this.#connect(signal.type === 'answer');
      if (signal.type === 'offer') await this.#take(signal);
    }
  }

  #once() {
    this.#begun = true;
    queueMicrotask(() => { this.#begun = false; });
  }

  /** @param {boolean} [collided] */
  #awaitAnswer(collided) {
    if (this.#signaling && this.link?.offering) this.#answerTimer.start(collided);
    else this.#answerTimer.stop();
  }

  /** @param {unknown} error */
  #fault(error) {
    this.dispatchEvent(new CustomEvent('fault', { detail: error }));
  }
}
