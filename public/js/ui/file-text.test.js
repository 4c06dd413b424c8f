import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setLanguage } from '../i18n/index.js';
import { leftText, lineText, sizeText } from './file-text.js';

/** @param {Partial<import('./file-text.js').Item>} more @returns {import('./file-text.js').Item} */
const item = (more) => ({
  id: 't1', group: 'g1', way: 'out', peer: 'p1', name: 'n', size: 2_400_000, type: '', private: false, done: 0, rate: 0,
  state: 'waiting', reason: '', ...more,
});
/** @param {string} id */
const nameOf = (id) => ({ p1: 'Mina', p2: 'Jonas' })[id] ?? null;

before(() => setLanguage('en'));

test('sizes and times are short', () => {
  assert.deepEqual([0, 1, 999, 1000, 2_400_000, 200_000_000, 2 ** 31].map(sizeText), [
    '0 bytes', '1 byte', '999 bytes', '1 kB', '2.4 MB', '200 MB', '2.1 GB',
  ]);
  assert.equal(leftText(item({ rate: 0 })), '');
  assert.equal(leftText(item({ rate: 240_000 })), '10 sec left');
  assert.equal(leftText(item({ rate: 12_000 })), '4 min left');
});

test('a row says what is the matter', async () => {
  assert.equal(lineText([item({})], nameOf), '2.4 MB to Mina · waiting for an answer');
  assert.equal(lineText([item({ way: 'in', state: 'offered' })], nameOf), '2.4 MB from Mina');
  assert.equal(lineText([item({ way: 'in', state: 'offered', private: true })], nameOf), '2.4 MB from Mina, only for you');
  assert.equal(lineText([item({ state: 'failed', reason: 'left' })], nameOf), '2.4 MB to Mina · Mina has left');
  const many = [
    item({ state: 'active', rate: 240_000 }), item({ state: 'done', peer: 'p2' }), item({ state: 'declined' }), item({}),
  ];
  assert.equal(lineText(many, nameOf), '2.4 MB to 4 people · 10 sec left · 1 received it · 1 has not answered · 1 did not want it');
  await setLanguage('ko');
  assert.equal(lineText([item({ state: 'done' })], nameOf), 'Mina님에게, 2.4MB · 받았습니다');
  await setLanguage('en');
});
