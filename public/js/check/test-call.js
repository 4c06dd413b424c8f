import { figuresOf } from '../rtc/figures.js';
import { withAddresses } from '../rtc/relays.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { Figures, Report } from '../rtc/figures.js' */
/** @typedef {Record<'audio'|'video', MediaStreamTrack|null>} Sources */
/**
 * @typedef {'connecting'|'flowing'|'failed'|'over'} CallState `flowing`: sound or picture has come back; `over`: it has,
 *   and does so no longer
 */

/** How long it may take until something comes back. */
export const PATIENCE_MS = 9_000;
/** How often is looked what goes on. */
export const READ_MS = 1_000;
/** After so many looks at what flows the figures say something. */
export const ENOUGH_READINGS = 3;
/** After so many at what does not flow any more it is over. */
export const IDLE_READINGS = 4;
/** What the camera may send, bit/s. */
const MAX_BITRATE = 1_200_000;

/**
 * A call to the server itself, which sends sound and picture back a second later. Event `change` after every change.
 */
export class TestCall extends EventTarget {
  /** @type {CallState} */
  state = 'connecting';
  /** What comes back. @type {Sources} */
  remote = { audio: null, video: null };
  /** @type {Figures|null} */
  figures = null;
  /** Whether the figures have been measured for long enough. */
  measured = false;
  /** The microphone is on, and yet gives no sound at all. */
  silent = false;

  #pc;
  #offer;
  #clock;
  #end = new AbortController();
  /** @type {Partial<Record<'audio'|'video', RTCRtpSender>>} */
  #senders = {};
  /** @type {Report|null} */
  #last = null;
  /** Looks in a row at which something flowed, or nothing did. */
  #readings = { flowing: 0, idle: 0 };
  /** @type {any} */
  #timer;
  /** @type {any} */
  #patience;

  /**
   * @param {object} options
   * @param {RTCIceServer[]} options.iceServers
   * @param {(sdp: string, signal: AbortSignal) => Promise<string>} options.offer calls the server and gives its answer
   * @param {typeof globalThis.RTCPeerConnection} options.RTCPeerConnection
   * @param {Clock} options.clock
   */
  constructor({ iceServers, offer, RTCPeerConnection, clock }) {
    super();
    this.#pc = new RTCPeerConnection({ iceServers: withAddresses(iceServers, (transport) => transport !== null) });
    this.#offer = offer;
    this.#clock = clock;
    this.#pc.ontrack = ({ track }) => this.#arrived(track);
    this.#pc.onconnectionstatechange = () => {
      if (['failed', 'disconnected', 'closed'].includes(this.#pc.connectionState)) this.#stop();
    };
  }

  /** Calls with these tracks, which stay the caller's. @param {Sources} sources */
  async start({ audio, video }) {
    this.#patience = this.#clock.setTimeout(() => this.#stop(), PATIENCE_MS);
    this.#look();
    try {
      if (audio) this.#senders.audio = this.#pc.addTransceiver(audio).sender;
      if (video) this.#senders.video = this.#pc.addTransceiver(video, { sendEncodings: [{ maxBitrate: MAX_BITRATE }] }).sender;
      await this.#pc.setLocalDescription();
      const sdp = await this.#offer(this.#pc.localDescription?.sdp ?? '', this.#end.signal);
      await this.#pc.setRemoteDescription({ type: 'answer', sdp });
    } catch {
      this.#stop();
    }
  }

  /**
   * Sends these from now on, as far as there was something of their kind at the start.
   * @param {Sources} sources
   * @returns {boolean} whether that is all of them
   */
  send(sources) {
    const kinds = /** @type {const} */ (['audio', 'video']);
    for (const kind of kinds) {
      const sender = this.#senders[kind];
      if (sender && sender.track !== sources[kind]) sender.replaceTrack(sources[kind]).catch(() => {});
    }
    return kinds.every((kind) => !sources[kind] || this.#senders[kind]);
  }

  /** Hangs up. No event comes. */
  close() {
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#patience);
    this.#end.abort();
    this.#pc.close();
  }

  /** @param {MediaStreamTrack} track */
  #arrived(track) {
    this.remote = { ...this.remote, [track.kind]: track };
    this.#changed();
  }

  #look() {
    this.#timer = this.#clock.setTimeout(async () => {
      const report = /** @type {any} */ (await this.#pc.getStats().catch(() => null));
      if (this.#end.signal.aborted) return;
      this.#look();
      if (report) this.#read(report);
    }, READ_MS);
  }

  /** @param {Report} report */
  #read(report) {
    this.figures = figuresOf(this.#last, report);
    this.#last = report;
    this.#count(this.figures.codecs.length > 0);
    this.#listen(report);
    this.#changed();
  }

  /** @param {boolean} flows */
  #count(flows) {
    this.#readings = flows ? { flowing: this.#readings.flowing + 1, idle: 0 } : { flowing: 0, idle: this.#readings.idle + 1 };
    if (this.#readings.flowing >= ENOUGH_READINGS) this.measured = true;
    if (flows) {
      this.#clock.clearTimeout(this.#patience);
      this.state = 'flowing';
    } else if (this.state === 'flowing' && this.#readings.idle >= IDLE_READINGS) {
      this.#stop();
    }
  }

  /** @param {Report} report */
  #listen(report) {
    const source = [...report.values()].find(({ type, kind }) => type === 'media-source' && kind === 'audio');
    const live = this.#senders.audio?.track?.enabled && this.measured;
    this.silent = Boolean(live && source && source.totalAudioEnergy === 0);
  }

  #stop() {
    if (this.#end.signal.aborted) return;
    this.state = this.state === 'flowing' ? 'over' : 'failed';
    this.close();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
