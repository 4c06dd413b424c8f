import { callAPI, posted } from './api.js';

/** @typedef {import('../rtc/relays.js').RelayTransport} RelayTransport */
/**
 * What the server found when it tested one of its own relays. `reason` is a stable code, `message` the same in English,
 * with what to do about it.
 * @typedef {object} RelayReport
 * @property {RelayTransport} transport
 * @property {'ok'|'unsure'|'failed'|'off'} state
 * @property {string} [reason]
 * @property {string} [address]
 * @property {string} [message]
 */
/** @typedef {{ice: RTCIceServer[], expires?: string, relay: RelayReport[]|null}} CheckInfo */

/**
 * Which relays there are to be tested.
 * @param {typeof globalThis.fetch} fetch
 * @param {AbortSignal} signal
 * @returns {Promise<CheckInfo>} rejects with ProtocolError
 */
export function checkInfo(fetch, signal) {
  return callAPI(fetch, '/api/check', { signal });
}

/**
 * Calls the server itself, which sends back what it gets: messages at once, sound and picture after a second.
 * @param {string} sdp an offer; candidates are not needed in it
 * @param {typeof globalThis.fetch} fetch
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the answer; rejects with ProtocolError, code `check-busy` when there are too many calls
 */
export async function callServer(sdp, fetch, signal) {
  return (await callAPI(fetch, '/api/check', { ...posted({ sdp }), signal })).sdp;
}
