import { MAX_STRAIN, plan } from './sending.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { PeerLink } from './peer-link.js' */
/** @import { Reading } from './reading.js' */
/** @import { Size } from './sending.js' */
/** @import { TrackKind } from './transceivers.js' */

/** How long a voice counts as heard after it was, so that a pause between words changes nothing. */
export const VOICE_HOLD_MS = 4_000;
/** A machine that has been strained for so long is relieved by a step: the browser's own, quicker ways come first. */
export const RELIEF_MS = 8_000;
/** So long without a word of it, and the strain is over. */
export const CALM_MS = 5_000;
/** After so long without strain one step is taken back. */
export const RECOVERY_MS = 20_000;
/** How long a way counts as narrow after the browser said so. */
export const NARROW_MS = 10_000;

/** What others show is looked at this often, ms. */
export const VIEW_MS = 300;

/** What a picture has before its first frame tells. */
const USUAL = { width: 1280, height: 720 };

/** Sees to it that what goes out to all the others fits the upload, what they show, and the machine. */
export class Upload {
  #links;
  #clock;
  #speaking = false;
  #strain = 0;
  /** When `#strain` last changed, and since when and until when the machine was strained, ms. */
  #relievedAt = -Infinity;
  #strainedSince = -Infinity;
  #strainedAt = -Infinity;
  /** When a way was last narrow, ms, by peer id. @type {Map<string, number>} */
  #narrowAt = new Map();
  /** @type {Map<TrackKind, MediaStreamTrack|null>} */
  #tracks;
  #planned = false;
  /** @type {any} */
  #timer;
  /** @type {any} */
  #viewTimer = null;

  /**
   * @param {object} options
   * @param {Map<string, PeerLink>} options.links by peer id
   * @param {Map<TrackKind, MediaStreamTrack|null>} options.tracks what is sent
   * @param {Clock} [options.clock]
   */
  constructor({ links, tracks, clock = globalThis }) {
    this.#links = links;
    this.#tracks = tracks;
    this.#clock = clock;
  }

  /** @param {boolean} speaking whether the own voice is heard */
  setSpeaking(speaking) {
    this.#clock.clearTimeout(this.#timer);
    if (speaking) this.#setSpeaking(true);
    else this.#timer = this.#clock.setTimeout(() => this.#setSpeaking(false), VOICE_HOLD_MS);
  }

  /** Takes what a look at a connection told. @param {string} id @param {Reading|null} reading */
  read(id, reading) {
    if (!reading) {
      this.#narrowAt.delete(id);
      return;
    }
    const { at, limit } = reading;
    if (limit === 'bandwidth') this.#narrowAt.set(id, at);
    if (limit === 'cpu') {
      if (at - this.#strainedAt > CALM_MS) this.#strainedSince = at;
      this.#strainedAt = at;
    }
    this.#relieve(at, limit === 'cpu');
    this.changed();
  }

  /** @param {string} id */
  forget(id) {
    this.#narrowAt.delete(id);
    this.changed();
  }

  /** Plans anew soon: others say what they show as often as they like. */
  viewChanged() {
    this.#viewTimer ??= this.#clock.setTimeout(() => {
      this.#viewTimer = null;
      this.changed();
    }, VIEW_MS);
  }

  /** Plans anew, once all that changes now has changed. */
  changed() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => this.#plan());
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#viewTimer);
  }

  /** @param {boolean} speaking */
  #setSpeaking(speaking) {
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    this.changed();
  }

  /** @param {number} at @param {boolean} strained */
  #relieve(at, strained) {
    const strain = strained ? this.#strain + 1 : this.#strain - 1;
    const pause = strained ? RELIEF_MS : RECOVERY_MS;
    const since = Math.max(this.#relievedAt, strained ? this.#strainedSince : this.#strainedAt);
    if (strain < 0 || strain > MAX_STRAIN || at - since < pause) return;
    this.#strain = strain;
    this.#relievedAt = at;
    this.changed();
  }

  #plan() {
    this.#planned = false;
    const reached = [...this.#links].filter(([, link]) => link.remote.state !== 'failed');
    const receivers = reached.map(([id, link]) => ({ id, view: link.shown, available: this.#available(id, link.reading) }));
    const planned = plan(receivers, {
      camera: sizeOf(this.#tracks.get('camera')), screen: sizeOf(this.#tracks.get('screen')),
      screenAudio: Boolean(this.#tracks.get('screenAudio')), speaking: this.#speaking, strain: this.#strain,
    });
    for (const [id, encodings] of planned) this.#links.get(id)?.setEncodings(encodings);
  }

  /** @param {string} id @param {Reading|null} reading @returns {number|null} null while the way is wide enough */
  #available(id, reading) {
    const narrowAt = this.#narrowAt.get(id);
    if (!reading || narrowAt === undefined || reading.at - narrowAt > NARROW_MS) return null;
    return reading.available;
  }
}

/** @param {MediaStreamTrack|null} [track] @returns {Size|null} */
function sizeOf(track) {
  if (!track) return null;
  const { width, height } = track.getSettings();
  return width && height ? { width, height } : USUAL;
}
