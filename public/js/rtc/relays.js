/** @typedef {'udp'|'tcp'|'tls'} RelayTransport between this browser and the relay */

/**
 * How the relay of a TURN address is reached (RFC 7065, section 3).
 * @param {string} url
 * @returns {RelayTransport|null} null: it is no relay
 */
export function transportOf(url) {
  if (/^turns:/i.test(url)) return 'tls';
  if (!/^turn:/i.test(url)) return null;
  return /[?&]transport=tcp\b/i.test(url) ? 'tcp' : 'udp';
}

/**
 * The same servers with those addresses only.
 * @param {RTCIceServer[]} iceServers
 * @param {(transport: RelayTransport|null, url: string) => boolean} keeps
 * @returns {RTCIceServer[]} none without an address
 */
export function withAddresses(iceServers, keeps) {
  return iceServers.flatMap((server) => {
    const urls = [server.urls].flat().filter((url) => keeps(transportOf(url), url));
    return urls.length > 0 ? [{ ...server, urls }] : [];
  });
}

/** @param {RTCIceServer[]} iceServers */
export function hasRelay(iceServers) {
  return iceServers.some(({ urls }) => [urls].flat().some((url) => transportOf(url) !== null));
}

/**
 * Which servers a new connection needs to know. Each relay that it asks takes a port of the server; once the one over
 * UDP is known to be reached, those over TCP and TLS are of no use.
 */
export class Relays {
  #reachesByUDP = false;

  /** @param {RTCIceServer[]} iceServers all there are */
  choose(iceServers) {
    if (!this.#reachesByUDP || !withAddresses(iceServers, (transport) => transport === 'udp').length) return iceServers;
    return withAddresses(iceServers, (transport) => transport === null || transport === 'udp');
  }

  /**
   * Takes note of what a connection has gathered.
   * @param {{type: string|null, relayProtocol?: string|null, url?: string|null}} candidate an RTCIceCandidate
   */
  gathered({ type, relayProtocol, url }) {
    if (type !== 'relay') return;
    if ((relayProtocol ?? (url && transportOf(url))) === 'udp') this.#reachesByUDP = true;
  }

  /** The way to the relay may be another. */
  forget() {
    this.#reachesByUDP = false;
  }
}
