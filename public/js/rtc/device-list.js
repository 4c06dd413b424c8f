/** @typedef {{id: string, label: string}} DeviceEntry `id`: the deviceId */

/**
 * The cameras, microphones and speakers there are, as far as the page may know them: browsers tell ids and names only
 * after a permission (Media Capture and Streams, section 9.2). Event `change` when they are others.
 */
export class DeviceList extends EventTarget {
  /** @type {DeviceEntry[]} */
  cameras = [];
  /** @type {DeviceEntry[]} */
  mics = [];
  /** @type {DeviceEntry[]} */
  speakers = [];

  #mediaDevices;
  #connected = false;

  /** @param {MediaDevices|undefined} mediaDevices undefined on insecure pages */
  constructor(mediaDevices) {
    super();
    this.#mediaDevices = mediaDevices;
  }

  /** Follows what is plugged in and out. */
  connect() {
    if (this.#connected) return;
    this.#connected = true;
    this.#mediaDevices?.addEventListener?.('devicechange', this.#look);
    this.#look();
  }

  disconnect() {
    this.#connected = false;
    this.#mediaDevices?.removeEventListener?.('devicechange', this.#look);
  }

  /** Looks again, as a permission may tell more. */
  async refresh() {
    const all = (await this.#mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const of = (/** @type {MediaDeviceKind} */ kind) => all.filter((device) => device.kind === kind && isChoice(device))
      .map(({ deviceId, label = '' }) => ({ id: deviceId, label }));
    const now = { cameras: of('videoinput'), mics: of('audioinput'), speakers: of('audiooutput') };
    const { cameras, mics, speakers } = this;
    if (JSON.stringify(now) === JSON.stringify({ cameras, mics, speakers })) return;
    Object.assign(this, now);
    this.dispatchEvent(new Event('change'));
  }

  #look = () => {
    this.refresh();
  };
}

/** Without a permission ids are empty; Windows has one more name for a microphone it uses for calls. @param {MediaDeviceInfo} device */
const isChoice = ({ deviceId }) => deviceId !== '' && deviceId !== 'communications';
