/** @import { Encodings } from './sending.js' */
/** @import { TrackKind } from './transceivers.js' */

/**
 * The bounds within which the senders of one connection send (W3C WebRTC 1.0, section 5.2, setParameters). Applied
 * without a negotiation, one change at a time per sender, the newest last.
 */
export class SenderParameters {
  #sender;
  #failed;
  /** @type {Encodings} */
  #wanted = {};
  /** What each sender was last given, as JSON: browsers leave out what they do not know. @type {WeakMap<RTCRtpSender, string>} */
  #given = new WeakMap();
  /** Kinds whose sender is being changed. @type {Set<TrackKind>} */
  #busy = new Set();

  /**
   * @param {(kind: TrackKind) => RTCRtpSender|undefined} sender undefined before there is one
   * @param {(error: unknown) => void} failed
   */
  constructor(sender, failed) {
    this.#sender = sender;
    this.#failed = failed;
  }

  /** @param {Encodings} encodings of the kinds that are to change */
  set(encodings) {
    this.#wanted = { ...this.#wanted, ...encodings };
    this.apply();
  }

  /** Applies what is wanted and is not so. */
  apply() {
    for (const kind of /** @type {TrackKind[]} */ (Object.keys(this.#wanted))) this.#change(kind);
  }

  /** @param {TrackKind} kind */
  async #change(kind) {
    if (this.#busy.has(kind)) return;
    this.#busy.add(kind);
    try {
      while (await this.#once(kind));
    } catch (error) {
      if (!isPassing(error)) this.#failed(error);
    } finally {
      this.#busy.delete(kind);
    }
  }

  /** @param {TrackKind} kind @returns {Promise<boolean>} whether there was something to change */
  async #once(kind) {
    const sender = this.#sender(kind);
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings?.[0];
    const wanted = JSON.stringify(this.#wanted[kind]);
    if (!sender || !parameters || !encoding || this.#given.get(sender) === wanted) return false;
    Object.assign(encoding, this.#wanted[kind]);
    await sender.setParameters(parameters);
    this.#given.set(sender, wanted);
    return true;
  }
}

/** The sender was renegotiated meanwhile, or is gone; it is tried again with the next plan. @param {any} error */
const isPassing = (error) => error?.name === 'InvalidStateError' || error?.name === 'InvalidModificationError';
