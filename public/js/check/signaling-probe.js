import { CLOSE_LEFT, SUBPROTOCOL, parseServerMessage } from '../net/protocol.js';
import { ProbeError, RoundTrips, within } from './probe.js';

/** @import { Clock } from '../net/connection.js' */
/** @import { ProbeResult } from './probe.js' */

/** How long all of it may take. */
export const SIGNALING_MS = 6_000;

/**
 * Pings the server over a WebSocket of its own, without joining a room.
 * @param {object} options
 * @param {string} options.url ws: or wss:
 * @param {typeof globalThis.WebSocket} options.WebSocket
 * @param {() => number} options.now milliseconds
 * @param {Clock} options.clock
 * @param {AbortSignal} options.signal
 * @returns {Promise<ProbeResult>} rejects with {@link ProbeError}: `refused` (the socket did not open), `silent` (it did,
 *   but brings nothing)
 */
export async function probeSignaling({ url, WebSocket, now, ...limits }) {
  let opened = false;
  const failed = () => new ProbeError(opened ? 'silent' : 'refused');
  return within(SIGNALING_MS, { ...limits, late: failed }, (signal) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url, SUBPROTOCOL);
    const trips = new RoundTrips({
      now, done: resolve, send: () => socket.send(JSON.stringify({ type: 'ping', got: 0 })),
    });
    socket.onopen = () => {
      opened = true;
      trips.next();
    };
    socket.onmessage = ({ data }) => parseServerMessage(data)?.type === 'pong' && trips.back();
    socket.onclose = () => reject(failed());
    signal.addEventListener('abort', () => {
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close(CLOSE_LEFT);
    });
  }));
}
