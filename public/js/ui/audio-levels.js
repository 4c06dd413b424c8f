const periodMs = 100;
const samples = 512;
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
  #buffer = new Float32Array(samples);
  #connected = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  connect() {
    this.#connected = true;
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
    this.#context?.close();
    this.#context = null;
  }

  /** Watches one audio track per id, while connected; null ends it. @param {string} id @param {MediaStreamTrack | null} track */
  watch(id, track) {
    const known = this.#watched.get(id);
    if (known?.track === (track ?? undefined)) return;
    known?.source.disconnect();
    this.#watched.delete(id);
    this.#levels.delete(id);
    this.#dead.delete(id);
    if (!track || !this.#connected || typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext({ latencyHint: 'playback' });
    this.#resume();
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(this.#context, { fftSize: samples });
    source.connect(analyser);
    this.#watched.set(id, { track, source, analyser });
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
    if (document.hidden || this.#watched.size === 0) return;
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
