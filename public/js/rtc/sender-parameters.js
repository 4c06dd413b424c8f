/** @import { Encodings } from './sending.js' */
/** @import { TrackKind } from './transceivers.js' */

/** A change that a negotiation came between is tried again so often, and then after the next negotiation or plan. */
const MAX_FAILURES = 3;

/**
 * The bounds within which the senders of one connection send (W3C WebRTC 1.0, section 5.2, setParameters). Applied from
 * the first negotiation on, before which it would only take time, one change at a time per sender, the newest last.
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
  #negotiated = false;

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
    if (this.#negotiated) this.#apply();
  }

  /** To be called after each negotiation: applies what could not be before. */
  negotiated() {
    this.#negotiated = true;
    this.#apply();
  }

  #apply() {
    for (const kind of /** @type {TrackKind[]} */ (Object.keys(this.#wanted))) this.#change(kind);
  }

  /** @param {TrackKind} kind @param {number} [failures] in a row */
  async #change(kind, failures = 0) {
    if (this.#busy.has(kind)) return;
    const sender = this.#sender(kind);
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings?.[0];
    const wanted = JSON.stringify(this.#wanted[kind]);
    if (!sender || !parameters || !encoding || this.#given.get(sender) === wanted) return;
    this.#busy.add(kind);
    const error = await setParameters(sender, parameters, { ...encoding, ...this.#wanted[kind] });
    this.#busy.delete(kind);
    if (!error) this.#given.set(sender, wanted);
    else if (!isPassing(error)) this.#failed(error);
    if (!error || (isPassing(error) && failures < MAX_FAILURES)) this.#change(kind, error ? failures + 1 : 0);
  }
}

/**
 * @param {RTCRtpSender} sender
 * @param {RTCRtpSendParameters} parameters
 * @param {RTCRtpEncodingParameters} encoding
 * @returns {Promise<unknown>} what went wrong
 */
async function setParameters(sender, parameters, encoding) {
  try {
    parameters.encodings[0] = encoding;
    await sender.setParameters(parameters);
    return null;
  } catch (error) {
    return error;
  }
}

/** The sender was negotiated meanwhile, or is gone. @param {any} error */
const isPassing = (error) => error?.name === 'InvalidStateError' || error?.name === 'InvalidModificationError';
