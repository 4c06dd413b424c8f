/** @import { RelayReport } from '../net/check-api.js' */
/** @import { RelayTransport } from '../rtc/relays.js' */
/** @typedef {'waiting'|'running'|'ok'|'warn'|'failed'|'off'} RowState */
/** @typedef {'microphone'|'camera'|'signaling'|'direct'|'relay-udp'|'relay-tcp'|'relay-tls'} RowID */
/**
 * What is said of one thing that was looked at.
 * @typedef {object} Row
 * @property {RowID} id
 * @property {RowState} state
 * @property {string} code what is the matter, and what to do; empty where there is nothing to say
 * @property {number|null} roundTrip milliseconds
 * @property {string} message of the server to whoever runs it, in English
 */
/**
 * How a probe went; `error`: the code with which it failed.
 * @typedef {{state: 'waiting'|'running'|'ok'|'failed', roundTrip?: number, error?: string}} Outcome
 */
/** @typedef {Pick<import('../rtc/device.js').Device, 'on'|'wanted'|'problem'>} DeviceState */
/**
 * @typedef {object} Findings
 * @property {DeviceState} mic
 * @property {DeviceState} camera
 * @property {boolean} silent the microphone is on and gives no sound
 * @property {Outcome} signaling
 * @property {Outcome} direct
 * @property {Record<RelayTransport, Outcome|null>} relay null: there is none of that kind
 * @property {RelayReport[]} reports of the server about its relays
 * @property {boolean} answered whether the server has answered anything over HTTP
 * @property {number} loss per cent of the test call, the greater of both ways
 */
/** @typedef {{state: RowState, codes: string[]}} Summary one sentence for each code */

/** @type {readonly RelayTransport[]} */
export const TRANSPORTS = ['udp', 'tcp', 'tls'];
/** Slower than this is worth a word, milliseconds there and back. */
export const SLOW_MS = 500;
/** More loss than this is seen and heard, per cent. */
export const LOSSY = 5;

/** How a way itself fails; anything else means that it was not tried. */
const FAULTS = new Set(['no-route', 'unreached', 'blind', 'refused', 'quota']);
/** What is said of what was not tried. @type {Record<string, string>} */
const UNTRIED = {
  'check-busy': 'check-busy', 'rate-limited': 'check-busy', 'no-webrtc': 'no-webrtc', closed: 'check-unreached',
};

/** What is said of each thing, in the order of the list. @param {Findings} findings @returns {Row[]} */
export function rowsOf(findings) {
  const relays = TRANSPORTS.map((transport) => relayRow(transport, findings));
  return [
    deviceRow('microphone', 'mic', findings.mic, findings.silent), deviceRow('camera', 'camera', findings.camera, false),
    signalingRow(findings), directRow(findings), ...relays,
  ];
}

/** @param {RowID} id @param {RowState} state @param {string} [code] @param {Partial<Row>} [more] @returns {Row} */
function row(id, state, code = '', more) {
  return { id, state, code, roundTrip: null, message: '', ...more };
}

/** @param {'microphone'|'camera'} id @param {'mic'|'camera'} key @param {DeviceState} device @param {boolean} silent */
function deviceRow(id, key, { on, wanted, problem }, silent) {
  if (problem) return row(id, 'failed', `${key}-${problem}`);
  if (on) return silent ? row(id, 'warn', 'mic-silent') : row(id, 'ok');
  return wanted ? row(id, 'running') : row(id, 'off', `${key}-off`);
}

/** @param {Findings} findings */
function signalingRow({ signaling, answered }) {
  const { state, roundTrip = 0, error } = signaling;
  if (state === 'ok') return row('signaling', ...slowness(roundTrip), { roundTrip });
  if (state !== 'failed') return row('signaling', state);
  return row('signaling', 'failed', answered ? `signaling-${error === 'silent' ? 'silent' : 'refused'}` : 'signaling-unreached');
}

/** @param {number} roundTrip @returns {[RowState, string]} */
function slowness(roundTrip) {
  return roundTrip > SLOW_MS ? ['warn', 'signaling-slow'] : ['ok', ''];
}

/** @param {Findings} findings */
function directRow({ direct, relay }) {
  const { state, roundTrip = null, error = '' } = direct;
  if (state !== 'failed') return row('direct', state, '', { roundTrip });
  if (!FAULTS.has(error)) return untriedRow('direct', error);
  if (relay.udp?.state === 'ok') return row('direct', 'warn', 'direct-relayed');
  if (works(relay.tcp) || works(relay.tls)) return row('direct', 'warn', 'udp-blocked');
  return row('direct', 'failed', 'direct-blocked');
}

/** @param {RowID} id @param {string} error */
function untriedRow(id, error) {
  return row(id, error === 'no-webrtc' ? 'failed' : 'warn', UNTRIED[error] ?? 'check-failed');
}

/** @param {Outcome|null} outcome */
function works(outcome) {
  return outcome?.state === 'ok';
}

/** @param {RelayTransport} transport @param {Findings} findings @returns {Row} */
function relayRow(transport, { direct, relay, reports }) {
  const id = /** @type {const} */ (`relay-${transport}`);
  const outcome = relay[transport];
  const report = reports.find((each) => each.transport === transport);
  if (!outcome) return absentRow(id, TRANSPORTS.some((each) => relay[each]), report?.message);
  const { state, roundTrip = null, error = '' } = outcome;
  const message = (report?.state === 'failed' && report.message) || '';
  if (state === 'ok') return row(id, message ? 'warn' : 'ok', message && 'relay-inside', { roundTrip, message });
  if (state !== 'failed') return row(id, state);
  if (!FAULTS.has(error)) return untriedRow(id, error);
  if (error === 'refused' || error === 'quota') return row(id, 'failed', `relay-${error}`);
  if (TRANSPORTS.some((each) => works(relay[each]))) return row(id, 'warn', blockedHere(transport, works(direct)));
  if (message) return row(id, 'failed', 'relay-server', { message });
  return row(id, 'failed', error === 'blind' ? 'relay-blind' : 'relay-blocked');
}

/** @param {RowID} id @param {boolean} others whether there is a relay over another transport @param {string} [message] */
function absentRow(id, others, message) {
  if (others) return row(id, 'off', `${id}-off`);
  return message ? row(id, 'off', 'relay-absent', { message }) : row(id, 'off', 'relay-off');
}

/** Other relays work, so it is this way that is closed. @param {RelayTransport} transport @param {boolean} direct */
function blockedHere(transport, direct) {
  if (transport !== 'udp') return `relay-${transport}-blocked`;
  return direct ? 'relay-udp-blocked' : 'udp-blocked';
}

/** What it all means for a call. @param {Findings} findings @returns {Summary} */
export function summaryOf(findings) {
  const { signaling, direct, relay } = findings;
  const ways = [direct, ...TRANSPORTS.map((transport) => relay[transport])].filter((way) => way !== null);
  if ([signaling, ...ways].some(({ state }) => state === 'waiting' || state === 'running')) {
    return { state: 'running', codes: ['running'] };
  }
  const way = wayOf(findings, ways);
  const devices = deviceCode(findings);
  const weak = ['everyone', 'relayed', 'most'].includes(way.code) && findings.loss > LOSSY;
  const codes = [way.code, ...(weak ? ['weak'] : []), ...(devices ? [devices] : [])];
  return { state: codes.length > 1 && way.state === 'ok' ? 'warn' : way.state, codes };
}

/** @param {Findings} findings @param {Outcome[]} ways @returns {{state: RowState, code: string}} */
function wayOf({ signaling, direct, relay, answered }, ways) {
  const untested = ways.find(({ error }) => error !== undefined && !FAULTS.has(error))?.error;
  if (signaling.state !== 'ok') return { state: 'failed', code: answered ? 'no-signaling' : 'no-server' };
  if (untested === 'no-webrtc') return { state: 'failed', code: 'no-webrtc' };
  const relayed = TRANSPORTS.some((transport) => works(relay[transport]));
  if (works(direct)) return relayed ? { state: 'ok', code: 'everyone' } : { state: 'warn', code: 'most' };
  if (works(relay.udp)) return { state: 'ok', code: 'relayed' };
  if (relayed) return { state: 'warn', code: 'stutter' };
  return untested ? { state: 'warn', code: 'untested' } : { state: 'failed', code: 'no-way' };
}

/** @param {Findings} findings */
function deviceCode({ mic, camera, silent }) {
  if ((mic.problem || silent) && camera.problem) return 'no-devices';
  if (mic.problem || silent) return 'no-mic';
  return camera.problem ? 'no-camera' : '';
}
