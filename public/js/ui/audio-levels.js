const periodMs = 100;
const samples = 512;
/** So many measurements after the start begins the listening. */
const patience = 4;
/** Voices are heard well enough at this rate, and nothing is played: a sixth of the work. */
const frugal = { latencyHint: 'playback', sampleRate: 8000, sinkId: { type: 'none' } };
/** How much a level may fall between two measurements, so that it does not flicker between words. */
const fall = 0.05;

/**
 * How loud the watched microphones and voices are, ten times a second while the page is seen.
 * Silent where the browser has no Web Audio. Event `levels` after each measurement.
 */
export class AudioLevels extends EventTarget {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {Map<string, {track: MediaStreamTrack, source: MediaStreamAudioSourceNode, analyser: AnalyserNode}>} */
  #watched = new Map();
  /** @type {Map<string, number>} */
  #levels = new Map();
  /** Those of whom the last measurement held no sound at all. @type {Set<string>} */
  #dead = new Set();
  /** Those that are not listened to yet: opening Web Audio takes time that joining has better use for. @type {Map<string, MediaStreamTrack>} */
  #waiting = new Map();
  /** Measurements to come before they are. */
  #patience = 0;
  #buffer = new Float32Array(samples);
  #connected = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  connect() {
    this.#connected = true;
    this.#patience = patience;
    addEventListener('pointerdown', this.#resume);
    addEventListener('keydown', this.#resume);
    this.#timer = setInterval(() => this.#measure(), periodMs);
  }

  disconnect() {
    this.#connected = false;
    clearInterval(this.#timer);
    removeEventListener('pointerdown', this.#resume);
    removeEventListener('keydown', this.#resume);
    for (const id of [...this.#watched.keys()]) this.watch(id, null);
    this.#waiting.clear();
    this.#context?.close();
    this.#context = null;
  }

  /** Watches one audio track per id, while connected; null ends it. @param {string} id @param {MediaStreamTrack | null} track */
  watch(id, track) {
    const known = this.#watched.get(id);
    if ((known?.track ?? this.#waiting.get(id)) === (track ?? undefined)) return;
    this.#waiting.delete(id);
    known?.source.disconnect();
    this.#watched.delete(id);
    this.#levels.delete(id);
    this.#dead.delete(id);
    if (track && this.#connected && typeof AudioContext !== 'undefined') this.#waiting.set(id, track);
  }

  #listen() {
    if (this.#patience-- > 0) return;
    for (const [id, track] of this.#waiting) {
      const source = this.#sourceOf(new MediaStream([track]));
      this.#resume();
      const analyser = new AnalyserNode(source.context, { fftSize: samples });
      source.connect(analyser);
      this.#watched.set(id, { track, source, analyser });
    }
    this.#waiting.clear();
  }

  /** @param {MediaStream} stream */
  #sourceOf(stream) {
    try {
      this.#context ??= new AudioContext(/** @type {any} */ (frugal));
      return this.#context.createMediaStreamSource(stream);
    } catch {
      // Firefox takes no stream of another rate, see Web Audio API, section 1.24.
      this.#context?.close();
      this.#context = new AudioContext({ latencyHint: 'playback' });
      return this.#context.createMediaStreamSource(stream);
    }
  }

  /** The loudness of an id, 0 (silence) to 1 (full scale), on the scale of the ear. @param {string} id */
  level(id) {
    return this.#levels.get(id) ?? 0;
  }

  /** Whether an id gives nothing, not even noise, as far as that can be heard. @param {string} id */
  isDead(id) {
    return this.#context?.state === 'running' && this.#dead.has(id);
  }

  #resume = () => {
    if (this.#context?.state === 'suspended') this.#context.resume().catch(() => undefined);
  };

  #measure() {
    if (document.hidden) return;
    this.#listen();
    if (this.#watched.size === 0) return;
    for (const [id, { analyser }] of this.#watched) {
      analyser.getFloatTimeDomainData(this.#buffer);
      if (this.#buffer.every((value) => value === 0)) this.#dead.add(id);
      else this.#dead.delete(id);
      this.#levels.set(id, Math.max(loudness(this.#buffer), this.level(id) - fall));
    }
    this.dispatchEvent(new Event('levels'));
  }
}

/**
 * Root mean square as a share of the range from -60 dBFS to full scale.
 * @param {Float32Array} signal
 */
function loudness(signal) {
  let sum = 0;
  for (const value of signal) sum += value * value;
  const decibels = 10 * Math.log10(sum / signal.length + 1e-10);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}
