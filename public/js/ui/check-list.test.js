import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { FakeElement, installPage } from '../_fakes/page.js';
import { checkEn } from '../i18n/check-en.js';
import { setLanguage } from '../i18n/index.js';
import { CheckList, causeText, stateText, summaryText } from './check-list.js';

/** @typedef {import('../check/verdict.js').Row} Row */

/** @param {Partial<Row>} [more] @returns {Row} */
const row = (more) => ({ id: 'direct', state: 'ok', code: '', roundTrip: null, message: '', ...more });

afterEach(() => setLanguage('en'));

test('every code of a verdict has its sentence, and every sentence its code', () => {
  const verdict = readFileSync(new URL('../check/verdict.js', import.meta.url), 'utf8');
  const made = /** @param {string} code */ (code) => /^(mic|camera)-off$|^relay-(udp|tcp|tls)-(off|blocked)$|^relay-(refused|quota)$|^signaling-(silent|refused)$/.test(code);
  for (const key of Object.keys(checkEn)) {
    const [kind, code] = key.split('.');
    if (kind !== 'cause' && kind !== 'summary') continue;
    assert.ok(made(code) || verdict.includes(`'${code}'`), `nothing says ${key}`);
  }
  for (const [, code] of verdict.matchAll(/row\((?:id|'\w+'), '\w+', '([\w-]+)'/g)) assert.ok(`cause.${code}` in checkEn, code);
  for (const [, code] of verdict.matchAll(/code: '([\w-]+)'/g)) assert.ok(`summary.${code}` in checkEn, code);
});

test('devices that do not work have the words of the door', () => {
  assert.match(causeText(row({ code: 'mic-refused' })), /^The microphone is blocked\./);
  assert.match(causeText(row({ code: 'camera-missing' })), /^No camera was found\./);
  assert.match(causeText(row({ code: 'camera-off' })), /turned it off/);
  assert.equal(causeText(row()), '');
});

test('a state is in words, with the round trip where it works', async () => {
  assert.equal(stateText(row({ roundTrip: 11.6 })), 'Works, 12 ms');
  assert.equal(stateText(row()), 'Works');
  assert.equal(stateText(row({ state: 'warn', code: 'signaling-slow', roundTrip: 900 })), 'With limits');
  assert.equal(stateText(row({ state: 'warn', code: 'udp-blocked' })), 'Blocked');
  assert.equal(stateText(row({ state: 'warn', code: 'check-busy' })), 'Not checked');
  assert.equal(summaryText({ state: 'warn', codes: ['everyone', 'no-mic'] }), 'You can talk to everyone. But others will not hear you.');
  await setLanguage('ko');
  assert.equal(stateText(row({ state: 'failed' })), '작동하지 않음');
});

test('lines change in place', (t) => {
  installPage(t);
  const list = new CheckList();
  const element = /** @type {FakeElement} */ (/** @type {unknown} */ (list.element));
  list.show([row({ state: 'running' })], { state: 'running', codes: ['running'] });
  const [line] = element.children;
  assert.ok(line.classList.contains('is-running') && line.first('check-cause').hidden);
  list.show([row({ state: 'failed', code: 'relay-server', message: 'Open port 3478.' })], { state: 'failed', codes: ['no-way'] });
  assert.equal(element.children[0], line);
  assert.ok(line.classList.contains('is-failed') && !line.classList.contains('is-running'));
  assert.match(line.textContent, /Tell whoever runs it:Open port 3478\.$/);
  assert.match(list.summary.textContent ?? '', /find no way/);
});
