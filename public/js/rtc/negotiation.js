import { EarlyCandidates } from './early-candidates.js';
import { fingerprint, fits, mark, tuneSound, unmark } from './sdp.js';
import { KINDS } from './transceivers.js';

/** @import { Transceivers } from './transceivers.js' */
/** @typedef {{type: 'offer'|'answer', sdp: string}} Description */
/**
 * @typedef {Description|{type: 'candidate', candidate: RTCIceCandidateInit|null}} Signal
 *   what goes to the other side, by whatever way
 */
/**
 * @typedef {object} NegotiationOptions
 * @property {RTCPeerConnection} pc
 * @property {Transceivers} transceivers
 * @property {boolean} polite
 * @property {boolean} begin
 * @property {ReadonlySet<string>} former fingerprints of connections of the other side that are no longer used
 * @property {(sdp: string) => void} [taken] called with an offer of the other side, before it is answered
 * @property {(signal: Signal) => void} send
 * @property {(candidate: RTCIceCandidate) => void} [gathered] called with each own candidate
 * @property {(error: unknown) => void} fault called with the Error of a signal that could not be applied
 * @property {() => void} rejected called when there is nothing to go on with
 */

/**
 * The offers and answers of one RTCPeerConnection, by perfect negotiation (W3C WebRTC 1.0, section 10.7).
 *
 * Events: `offering` (an own offer went out); `offered` (an offer was taken), `answered` (an answer was), `ignored` (an
 * offer was not, as it collided with the own one).
 */
export class Negotiation extends EventTarget {
  #pc;
  #transceivers;
  #polite;
  #begin;
  #former;
  #taken;
  #send;
  #fault;
  #rejected;
  #makingOffer = false;
  #ignoreOffer = false;
  /** Name of the own offer that waits for its answer. */
  #offerName = '';
  #early = new EarlyCandidates();

  /** @param {NegotiationOptions} options */
  constructor({ pc, transceivers, polite, begin, former, taken, send, gathered, fault, rejected }) {
    super();
    this.#pc = pc;
    this.#transceivers = transceivers;
    this.#polite = polite;
    this.#begin = begin;
    this.#former = former;
    this.#taken = taken;
    this.#send = send;
    this.#fault = fault;
    this.#rejected = rejected;
    pc.onnegotiationneeded = () => this.#make(() => this.#offer());
    pc.onicecandidate = ({ candidate }) => {
      if (pc.signalingState === 'closed') return;
      if (candidate) gathered?.(candidate);
      send({ type: 'candidate', candidate: candidate && candidate.toJSON() });
    };
  }

  /** Whether the other side has said anything about itself. */
  get heard() {
    return this.#pc.remoteDescription !== null;
  }

  /** Whether an own offer waits for its answer. */
  get offering() {
    return this.#pc.signalingState === 'have-local-offer';
  }

  /** Whether no offer is under way. */
  get stable() {
    return this.#pc.signalingState === 'stable' && !this.#makingOffer;
  }

  /** Fingerprint of the other side's connection; empty before anything was heard. */
  get fingerprint() {
    return fingerprint(this.#pc.remoteDescription?.sdp);
  }

  /**
   * Makes the first offer, without waiting for the browser to ask for it.
   * @returns {Promise<void>} never rejects
   */
  begin() {
    return this.#make(() => this.#offer());
  }

  /**
   * Restarts ICE even if signals were lost: a pending own offer is taken back. Not to be called while a signal is
   * being applied.
   * @returns {Promise<void>} never rejects
   */
  renegotiate() {
    return this.#make(async () => {
      if (this.offering) await this.#pc.setLocalDescription({ type: 'rollback' });
      this.#pc.restartIce();
      await this.#offer();
    });
  }

  /**
   * Takes what the other side sent, in the order it was sent, one after the other.
   * @param {Signal} signal
   * @returns {Promise<'replaced'|undefined>} when it is applied or was ignored; never rejects. `replaced`: it is not
   *   for this connection, as the other side has another one now. An offer is for a new connection that does not
   *   begin; after an answer a new one has to begin.
   */
  async receive(signal) {
    try {
      if (signal.type === 'candidate') await this.#addCandidate(signal.candidate);
      else if (this.#isLate(signal)) return undefined;
      else if (this.#isOther(signal)) return 'replaced';
      else if (signal.type === 'offer') await this.#takeOffer(signal.sdp);
      else await this.#takeAnswer(signal.sdp);
    } catch (error) {
      this.#fault(error);
    }
    return undefined;
  }

  /** Whether it answers an offer that was taken back, or of another connection. @param {Description} description */
  #isLate({ type, sdp }) {
    if (type !== 'answer') return false;
    const { name } = unmark(sdp);
    return name ? !this.offering || name !== this.#offerName : this.#former.has(fingerprint(sdp));
  }

  /** Whether it comes from another connection than this one is with. @param {Description} description */
  #isOther({ type, sdp }) {
    const other = fingerprint(sdp);
    if (this.#former.has(other)) return false;
    if (this.fingerprint) return other !== '' && other !== this.fingerprint;
    return type === 'offer' && this.#begin && this.#polite;
  }

  /** @param {() => Promise<void>} make */
  async #make(make) {
    if (this.#makingOffer || this.#pc.signalingState === 'closed') return;
    this.#makingOffer = true;
    try {
      await make();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #offer() {
    await this.#pc.setLocalDescription();
    this.#offerName = Math.random().toString(36).slice(2);
    this.#sendDescription(this.#offerName);
    this.#tell('offering');
  }

  /** @param {string} marked */
  async #takeOffer(marked) {
    const { name, sdp } = unmark(marked);
    const begins = this.#begin && !this.heard;
    const collides = begins || this.#makingOffer || this.#pc.signalingState !== 'stable';
    this.#ignoreOffer = this.#former.has(fingerprint(sdp)) || (!this.#polite && collides);
    if (this.#ignoreOffer) {
      this.#tell('ignored');
      return;
    }
    await this.#apply({ type: 'offer', sdp }, async () => {
      await this.#transceivers.take();
      this.#taken?.(sdp);
      await this.#pc.setLocalDescription();
      this.#sendDescription(name);
    });
  }

  /** @param {string} marked */
  async #takeAnswer(marked) {
    this.#ignoreOffer = false;
    if (!this.offering) throw new DOMException('an answer without an offer', 'InvalidStateError');
    await this.#apply({ type: 'answer', sdp: unmark(marked).sdp });
  }

  /**
   * @param {Description} description
   * @param {() => Promise<void>} [reply]
   */
  async #apply(description, reply) {
    try {
      const sections = description.sdp.match(/^m=/gm)?.length ?? 0;
      if (sections > KINDS.length + 1) throw new RangeError(`${sections} m-lines`);
      await this.#pc.setRemoteDescription(description);
      await reply?.();
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#tell(description.type === 'offer' ? 'offered' : 'answered');
    for (const candidate of this.#early.take(description.sdp)) {
      await this.#pc.addIceCandidate(candidate).catch(this.#fault);
    }
    this.#transceivers.negotiated();
  }

  /** @param {RTCIceCandidateInit|null} candidate */
  async #addCandidate(candidate) {
    if (this.#ignoreOffer) return;
    const sdp = this.#pc.remoteDescription?.sdp;
    if (sdp && (!candidate || fits(candidate, sdp))) await this.#pc.addIceCandidate(candidate);
    else this.#early.add(candidate);
  }

  /** @param {string} name of the offer */
  #sendDescription(name) {
    const description = this.#pc.localDescription;
    if (description?.type !== 'offer' && description?.type !== 'answer') return;
    this.#send({ type: description.type, sdp: mark(tuneSound(description.sdp), name) });
  }

  /** Without both descriptions there is nothing to go on with. @param {unknown} error */
  #failed(error) {
    this.#fault(error);
    if (!this.#pc.remoteDescription || !this.#pc.localDescription) this.#rejected();
  }

  /** @param {string} type */
  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
