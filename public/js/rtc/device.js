/** @typedef {'missing'|'refused'|'busy'|'insecure'|'failed'} Problem */
/** @typedef {'audio'|'video'} DeviceKind */
/** @typedef {'fallback'|'back'} DeviceNotice another device is used as one is gone; the chosen one is used again */

/** @type {Record<string, Problem>} By error name (Media Capture and Streams, section 10.2, getUserMedia). */
const PROBLEMS = {
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotReadableError: 'busy',
  AbortError: 'busy',
  NotSupportedError: 'insecure',
};

/** @type {Record<DeviceKind, MediaTrackConstraints>} */
export const CONSTRAINTS = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/**
 * @param {any} error
 * @returns {Problem}
 */
export function problemOf(error) {
  return PROBLEMS[error?.name] ?? 'failed';
}

/**
 * Asks for media; where the browser hides cameras and microphones from insecure pages, it rejects with
 * `NotSupportedError`.
 * @param {MediaDevices|undefined} mediaDevices
 * @param {MediaStreamConstraints} constraints
 * @returns {Promise<MediaStream>}
 */
export async function requestMedia(mediaDevices, constraints) {
  if (!mediaDevices?.getUserMedia) throw new DOMException('no secure context', 'NotSupportedError');
  return mediaDevices.getUserMedia(constraints);
}

/**
 * A microphone or a camera. Off, a microphone keeps its track, disabled; a camera has none, so that its light is out.
 * On again, it takes the same device if that is still there.
 */
export class Device {
  on = false;
  /** Whether it is to be on: `on`, or on as soon as the browser gives it. */
  wanted = false;
  /** @type {MediaStreamTrack|null} */
  track = null;
  /** @type {Problem|null} why it has no track, as far as it was asked for */
  problem = null;

  #mediaDevices;
  #kind;
  #changed;
  /** The deviceId of the track there is, or was last. */
  #deviceId = '';
  /** The deviceId the person chose; empty: whichever the browser gives. */
  #chosen = '';
  #noticed;
  /** How often `stop` was called: an answer to a request from before a stop comes too late. */
  #stops = 0;
  /** @type {Promise<void>|null} */
  #asking = null;

  /**
   * @param {MediaDevices|undefined} mediaDevices undefined on insecure pages
   * @param {DeviceKind} kind
   * @param {() => void} changed called after every change
   * @param {(kind: DeviceNotice, label: string) => void} [noticed] called when another device is used, with its name
   */
  constructor(mediaDevices, kind, changed, noticed = () => {}) {
    this.#mediaDevices = mediaDevices;
    this.#kind = kind;
    this.#changed = changed;
    this.#noticed = noticed;
  }

  /** The device in use, or the one that would be; empty: the browser's choice. */
  get deviceId() {
    return this.track ? this.#deviceId : this.#chosen || this.#deviceId;
  }

  /** What to ask the browser for, together with other devices: it weighs an ideal device no more than a size. */
  get constraints() {
    return { ...CONSTRAINTS[this.#kind], ...(this.#chosen && { deviceId: { exact: this.#chosen } }) };
  }

  /** Takes this device from the next time on, without asking for it now. @param {string} id empty: the browser's choice */
  prefer(id) {
    this.#chosen = id;
  }

  /**
   * Uses this device from now on: at once if one is in use, which is let go only when the other is there.
   * @param {string} id
   * @returns {Promise<void>} never rejects: `problem` says why not, and what was in use stays
   */
  async choose(id) {
    this.#chosen = id;
    const stops = this.#stops;
    await this.#asking;
    if (stops !== this.#stops || this.#chosen !== id) return;
    this.problem = null;
    if (!this.track || id === this.#deviceId) return this.#changed();
    try {
      const track = await this.#requestWith({ deviceId: { exact: id } });
      if (stops !== this.#stops || this.#chosen !== id || (this.#kind === 'video' && !this.wanted)) return track.stop();
      this.#release();
      this.#adopt(track);
    } catch (error) {
      if (stops !== this.#stops || this.#chosen !== id) return;
      if (this.#kind === 'video' && this.track && problemOf(error) === 'busy') await this.#exchange(id);
      else this.#refused(error);
    }
  }

  /**
   * Some phones open one camera at a time: lets go of the one in use first, and takes it again where the other does not come.
   * @param {string} id
   */
  async #exchange(id) {
    const [stops, before] = [this.#stops, this.#deviceId];
    let fault = null;
    this.#release();
    await this.#take(this.#requestWith({ deviceId: { exact: id } }).catch((error) => {
      fault = error;
      if (stops !== this.#stops) throw error;
      return this.#requestWith({ deviceId: { exact: before } });
    }));
    if (!fault || this.#chosen !== id) return;
    if (this.track) this.#refused(fault);
    else this.#chosen = before; // it was switched off meanwhile, or could not be had again
  }

  /** What was chosen does not come; what is in use stays. @param {unknown} error */
  #refused(error) {
    this.#chosen = this.#deviceId;
    this.problem = problemOf(error);
    this.#changed();
  }

  /** Goes back to the device that was chosen, once that is there again. @param {string[]} ids of those that are there */
  async plugged(ids) {
    const strayed = this.track && this.#chosen && this.#chosen !== this.#deviceId;
    if (!strayed || !ids.includes(this.#chosen)) return;
    await this.choose(this.#chosen);
    if (this.track && this.#deviceId === this.#chosen) this.#noticed('back', this.track.label);
  }

  /**
   * Switches on or off; resolves when that is done or `problem` says why not. The latest call wins.
   * @param {boolean} on
   */
  async set(on) {
    this.#want(on);
    if (this.track) this.#apply(this.track);
    else if (on) await (this.#asking ?? this.#take(this.#request()));
  }

  /**
   * Switches on with a track of this stream, or, when that request fails, asks alone.
   * @param {Promise<MediaStream>} stream
   */
  async startWith(stream) {
    const stops = this.#stops;
    this.#want(true);
    await this.#take(stream.then((granted) => this.#pick(granted), (error) => {
      if (stops !== this.#stops) throw error;
      return this.#request();
    }));
  }

  /** Lets the device go, and whatever is still granted to requests made so far. */
  stop() {
    this.#stops++;
    this.wanted = false;
    this.#asking = null;
    this.#release();
    this.#changed();
  }

  /** Without a track nothing else would tell of the wish. @param {boolean} on */
  #want(on) {
    if (on === this.wanted) return;
    this.wanted = on;
    if (this.track) return;
    if (on) this.problem = null;
    this.#changed();
  }

  /** @param {Promise<MediaStreamTrack>} granted */
  #take(granted) {
    const asking = this.#settle(granted).finally(() => {
      if (this.#asking === asking) this.#asking = null;
    });
    this.#asking = asking;
    return asking;
  }

  /** @param {Promise<MediaStreamTrack>} granted */
  async #settle(granted) {
    const stops = this.#stops;
    try {
      const track = await granted;
      if (stops !== this.#stops) track.stop();
      else this.#adopt(track);
    } catch (error) {
      if (stops !== this.#stops) return;
      this.wanted = false;
      this.problem = problemOf(error);
      this.#changed();
    }
  }

  async #request() {
    const stops = this.#stops;
    const id = this.#chosen || this.#deviceId;
    if (id) {
      try {
        return await this.#requestWith({ deviceId: { exact: id } });
      } catch (error) {
        if (problemOf(error) !== 'missing' || stops !== this.#stops) throw error;
      }
    }
    return this.#requestWith({});
  }

  /** @param {MediaTrackConstraints} more */
  async #requestWith(more) {
    const constraints = { [this.#kind]: { ...CONSTRAINTS[this.#kind], ...more } };
    return this.#pick(await requestMedia(this.#mediaDevices, constraints));
  }

  /** @param {MediaStream} stream */
  #pick(stream) {
    return this.#kind === 'audio' ? stream.getAudioTracks()[0] : stream.getVideoTracks()[0];
  }

  /** @param {MediaStreamTrack} track */
  #adopt(track) {
    this.track = track;
    this.problem = null;
    this.#deviceId = track.getSettings().deviceId ?? '';
    track.addEventListener('ended', () => this.#lost(track));
    this.#apply(track);
  }

  /** @param {MediaStreamTrack} track */
  #apply(track) {
    this.on = this.wanted;
    track.enabled = this.wanted;
    if (this.#kind === 'video' && !this.wanted) this.#release();
    this.#changed();
  }

  #release() {
    this.track?.stop();
    this.track = null;
    this.on = false;
  }

  /** @param {MediaStreamTrack} track */
  async #lost(track) {
    if (track !== this.track) return;
    const { wanted } = this;
    this.wanted = false;
    this.#release();
    const stops = this.#stops;
    const problem = await this.#whyLost();
    if (this.track || this.#asking || stops !== this.#stops) return;
    this.problem = problem;
    this.#changed();
    if (wanted && problem === 'missing') await this.#replace();
  }

  /** Uses another device in place of one that is gone. */
  async #replace() {
    await this.set(true);
    if (this.track) this.#noticed('fallback', this.track.label);
  }

  /**
   * A list without ids is what a page gets that may not use the devices.
   * @returns {Promise<Problem>}
   */
  async #whyLost() {
    try {
      const all = await this.#mediaDevices?.enumerateDevices() ?? [];
      const ids = all.filter(({ kind }) => kind === `${this.#kind}input`).map(({ deviceId }) => deviceId);
      if (ids.includes(this.#deviceId)) return 'failed';
      return ids.includes('') ? 'refused' : 'missing';
    } catch {
      return 'failed';
    }
  }
}
