import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setLanguage } from '../i18n/index.js';
import { FIGURE_NAMES, bitrateText, figureText, pathText } from './figure-text.js';

/** @type {import('../rtc/figures.js').Figures} */
const figures = {
  path: { relay: 'own', transport: 'tls' }, roundTrip: 41.6, loss: { in: 0.04, out: null }, bitrate: { in: 1_249_000, out: 48_400 },
  codecs: ['VP8', 'opus'], picture: { width: 1280, height: 720, rate: 23.7 },
};

afterEach(() => setLanguage('en'));

test('figures are written with their units', async () => {
  assert.deepEqual(FIGURE_NAMES.map((name) => figureText(name, figures)), [
    'Relayed over TLS', '42 ms', '0% in, – out', '1.2 Mbit/s in, 48 kbit/s out', 'VP8, Opus', '1280 × 720, 24 fps',
  ]);
  assert.equal(bitrateText(0), '0 kbit/s');
  await setLanguage('ko');
  assert.equal(figureText('bitrate', figures), '받기 1.2Mbit/s, 보내기 48kbit/s');
});

test('what is not known is not made up', () => {
  const none = { in: null, out: null };
  const unknown = { path: null, roundTrip: null, loss: none, bitrate: none, codecs: [], picture: null };
  for (const name of FIGURE_NAMES) assert.deepEqual([figureText(name, unknown), figureText(name, null)], ['–', '–']);
});

test('every path has its words', () => {
  /** @type {[any, any, string][]} */
  const paths = [
    ['none', 'udp', 'Direct'], ['none', 'tcp', 'Direct over TCP'], ['own', 'udp', 'Relayed over UDP'], ['own', 'tcp', 'Relayed over TCP'],
    ['own', 'tls', 'Relayed over TLS'], ['own', null, 'Relayed'], ['theirs', 'udp', 'Relayed by their side'],
    ['both', 'udp', 'Relayed over UDP, and by their side'], ['both', null, 'Relayed by both sides'],
  ];
  for (const [relay, transport, words] of paths) assert.equal(pathText({ relay, transport }), words);
});
