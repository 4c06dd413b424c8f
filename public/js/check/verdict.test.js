import assert from 'node:assert/strict';
import test from 'node:test';
import { LOSSY, SLOW_MS, rowsOf, summaryOf } from './verdict.js';

/** @typedef {import('./verdict.js').Findings} Findings */
/** @typedef {import('./verdict.js').Outcome} Outcome */

/** @type {Outcome} */
const ok = { state: 'ok', roundTrip: 20 };
/** @param {string} [error] @returns {Outcome} */
const failed = (error = 'unreached') => ({ state: 'failed', error });
const device = { on: true, wanted: true, problem: null };

/** @param {Partial<Findings>} [more] @returns {Findings} */
function findings(more) {
  return {
    mic: device, camera: device, silent: false, signaling: ok, direct: ok, relay: { udp: ok, tcp: ok, tls: ok }, reports: [],
    answered: true, loss: 0, ...more,
  };
}

/** @param {Findings} found @param {string} id */
const rowOf = (found, id) => rowsOf(found).find((row) => row.id === id);

/** @param {'ok'|'unsure'|'failed'} state @returns {import('../net/check-api.js').RelayReport} */
const report = (state) => ({ transport: 'udp', state, reason: 'closed', address: '203.0.113.5:3478', message: 'Open UDP port 3478.' });

test('what the server found of its own relay is told, where it matters', () => {
  const relay = { udp: failed(), tcp: failed(), tls: null };
  const outside = findings({ relay, reports: [report('failed')] });
  assert.deepEqual(rowOf(outside, 'relay-udp'), {
    id: 'relay-udp', state: 'failed', code: 'relay-server', roundTrip: null, message: 'Open UDP port 3478.',
  });
  assert.equal(rowOf(outside, 'relay-tcp')?.code, 'relay-blocked');
  assert.equal(rowOf(findings({ relay, reports: [report('unsure')] }), 'relay-udp')?.code, 'relay-blocked');
  const inside = rowOf(findings({ reports: [report('failed')] }), 'relay-udp');
  assert.deepEqual([inside?.state, inside?.code, inside?.roundTrip], ['warn', 'relay-inside', 20]);
});

test('UDP that gets through directly is not blocked, only the relay over it is', () => {
  const relay = { udp: failed(), tcp: ok, tls: ok };
  assert.equal(rowOf(findings({ relay }), 'relay-udp')?.code, 'relay-udp-blocked');
  assert.equal(rowOf(findings({ relay, direct: failed('no-route') }), 'relay-udp')?.code, 'udp-blocked');
});

test('a way that is not needed is no failure', () => {
  const found = findings({ relay: { udp: ok, tcp: failed(), tls: failed() } });
  assert.deepEqual(rowsOf(found).slice(-2).map(({ state, code }) => [state, code]), [['warn', 'relay-tcp-blocked'], ['warn', 'relay-tls-blocked']]);
  assert.deepEqual(summaryOf(found), { state: 'ok', codes: ['everyone'] });
});

test('only the relay over UDP works', () => {
  const found = findings({ direct: failed('no-route') });
  assert.deepEqual([rowOf(found, 'direct')?.code, summaryOf(found).codes], ['direct-relayed', ['relayed']]);
});

test('what is slow, lossy or silent has its word', () => {
  const slow = findings({ signaling: { state: 'ok', roundTrip: SLOW_MS + 1 } });
  assert.deepEqual([rowOf(slow, 'signaling')?.state, rowOf(slow, 'signaling')?.code], ['warn', 'signaling-slow']);
  assert.deepEqual(summaryOf(findings({ loss: LOSSY + 1 })), { state: 'warn', codes: ['everyone', 'weak'] });
  assert.equal(rowOf(findings({ silent: true }), 'microphone')?.code, 'mic-silent');
  assert.deepEqual(summaryOf(findings({ silent: true })).codes, ['everyone', 'no-mic']);
});

test('devices are on, off by choice, asked for, or do not work', () => {
  const states = (/** @type {any} */ mic) => rowsOf(findings({ mic })).slice(0, 1).map(({ state, code }) => `${state} ${code}`)[0];
  assert.equal(states(device), 'ok ');
  assert.equal(states({ on: false, wanted: false, problem: null }), 'off mic-off');
  assert.equal(states({ on: false, wanted: true, problem: null }), 'running ');
  assert.equal(states({ on: false, wanted: true, problem: 'busy' }), 'failed mic-busy');
  const camera = { on: false, wanted: false, problem: /** @type {const} */ ('refused') };
  assert.deepEqual(summaryOf(findings({ camera })), { state: 'warn', codes: ['everyone', 'no-camera'] });
});

test('a relay that could not start says why', () => {
  const relay = { udp: null, tcp: null, tls: null };
  const reports = [{ ...report('failed'), state: /** @type {const} */ ('off'), message: 'Port 3478 is taken.' }];
  const rows = rowsOf(findings({ relay, reports }));
  assert.deepEqual(rows.slice(-3).map(({ code, message }) => [code, message]), [
    ['relay-absent', 'Port 3478 is taken.'], ['relay-off', ''], ['relay-off', ''],
  ]);
  assert.equal(rowOf(findings({ relay: { ...relay, udp: ok }, reports: [{ ...reports[0], transport: 'tls' }] }), 'relay-tls')?.code, 'relay-tls-off');
});
