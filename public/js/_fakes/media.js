let made = 0;

/** A MediaStreamTrack of a device. */
export class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  id = `track-${++made}`;

  /**
   * @param {'audio'|'video'} kind
   * @param {string} [deviceId]
   */
  constructor(kind, deviceId = '') {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
    this.label = `The ${deviceId}`;
  }

  getSettings() {
    return { deviceId: this.deviceId };
  }

  stop() {
    this.readyState = 'ended';
  }

  /** The device goes away. */
  end() {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

/** A MediaStream. */
export class FakeStream {
  id = `stream-${++made}`;

  /** @param {FakeTrack[]} [tracks] */
  constructor(tracks = []) {
    this.tracks = tracks;
  }

  getTracks() {
    return [...this.tracks];
  }

  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === 'audio');
  }

  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === 'video');
  }
}

/**
 * @typedef {object} FakeDevice
 * @property {'audio'|'video'|'output'} kind `output`: a speaker
 * @property {string} id
 * @property {string} [error] name of the error that asking for it gives
 */

/** Cameras and microphones. */
export class FakeMediaDevices extends EventTarget {
  /** Constraints of each request. @type {any[]} */
  requests = [];
  /** @type {FakeTrack[]} */
  tracks = [];
  /** While set, requests wait for it. @type {Promise<void>|null} */
  prompt = null;
  /** Whether one camera can be open at a time, as on some phones. */
  oneCamera = false;
  /** Whether ids are hidden, as without permission. */
  hidden = false;

  /** @param {FakeDevice[]} devices */
  constructor(devices) {
    super();
    this.devices = devices;
  }

  /** Other devices are there from now on. @param {FakeDevice[]} devices */
  plug(devices) {
    const left = this.devices.filter((device) => !devices.includes(device));
    this.devices = devices;
    for (const { kind, id } of left) {
      for (const track of this.tracks) if (track.kind === kind && track.deviceId === id && track.readyState === 'live') track.end();
    }
    this.dispatchEvent(new Event('devicechange'));
  }

  /** @param {any} constraints */
  async getUserMedia(constraints) {
    this.requests.push(constraints);
    await this.prompt;
    /** @type {('audio'|'video')[]} */
    const kinds = ['audio', 'video'];
    const chosen = kinds.filter((kind) => constraints[kind]).map((kind) => this.#choose(kind, constraints[kind]));
    const tracks = chosen.map(({ kind, id }) => new FakeTrack(/** @type {'audio'|'video'} */ (kind), id));
    this.tracks.push(...tracks);
    return new FakeStream(tracks);
  }

  async enumerateDevices() {
    return this.devices.map(({ kind, id }) => (
      { kind: kind === 'output' ? 'audiooutput' : `${kind}input`, deviceId: this.hidden ? '' : id, label: this.hidden ? '' : `The ${id}` }
    ));
  }

  /**
   * @param {'audio'|'video'} kind
   * @param {any} constraints
   */
  #choose(kind, constraints) {
    const exact = constraints.deviceId?.exact;
    const all = this.devices.filter((device) => device.kind === kind);
    if (all.length === 0) throw new DOMException(kind, 'NotFoundError');
    const device = exact === undefined ? all[0] : all.find(({ id }) => id === exact);
    if (!device) throw new DOMException('deviceId', 'OverconstrainedError');
    if (device.error) throw new DOMException(kind, device.error);
    const taken = this.tracks.some((track) => track.kind === 'video' && track.readyState === 'live' && track.deviceId !== device.id);
    if (this.oneCamera && kind === 'video' && taken) throw new DOMException(kind, 'NotReadableError');
    return device;
  }
}

/** A camera and a microphone. */
export function twoDevices() {
  return new FakeMediaDevices([{ kind: 'audio', id: 'mic-1' }, { kind: 'video', id: 'camera-1' }]);
}
