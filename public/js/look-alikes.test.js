import assert from 'node:assert/strict';
import test from 'node:test';
import { isMixed, looksOf, plainName } from './look-alikes.js';

/** @param {string} a @param {string} b */
const alike = (a, b) => looksOf(a).some((look) => looksOf(b).includes(look));

test('names look alike whatever their case, accents, unseen characters and alphabets', () => {
  const mina = ['mina', 'MINA', 'Mína', 'Мina', 'Міnа', 'ΜΙΝΑ', 'Mi\u200bna', 'M i n a', 'Mina.', 'Ｍｉｎａ', '𝐌𝐢𝐧𝐚', 'Mlna', 'M1na', 'Mιna', 'Mi\u00adna', 'Mina\u3164', 'rnina'];
  for (const name of mina) assert.ok(alike('Mina', name), name);
  for (const [a, b] of [['Straße', 'STRASSE'], ['Łukasz', 'Lukasz'], ['Μινα', 'ΜΙΝΑ'], ['미나', '미나'], ['Саша', 'саша'], ['Bob', 'ВоЬ']]) {
    assert.ok(alike(a, b), `${a} ${b}`);
  }
});

test('other names do not', () => {
  for (const [a, b] of [['Mina', 'Nina'], ['미나', '미난'], ['かな', 'がな'], ['राम', 'रमा'], ['Mina', 'Mina 🍵'], ['Ann', 'Anna'], ['김', '김 김']]) {
    assert.ok(!alike(a, b), `${a} ${b}`);
  }
});

test('alphabets that do not belong together are noticed', () => {
  for (const name of ['Міna', 'Mιna', 'Минa', 'Αnna']) assert.ok(isMixed(name), name);
  for (const name of ['Mina', 'Мина', 'Μίνα', 'Mina 미나', 'Mina みな ミナ 美奈', 'Mina 2 🍵!', 'مينا Mina', 'Ｍina', 'µ']) {
    assert.ok(!isMixed(name), name);
  }
});

test('no name can be read as what the page says of people', () => {
  for (const name of ['Host', 'host', 'Hоst', 'H o s t', 'Mina (Host)', 'Mina · host', 'You', 'yоu', '나', '호스트', '호스트님', 'Moim', 'Admin']) {
    assert.equal(plainName(name), `“${name}”`);
  }
  for (const name of ['Mina', 'Ghost', 'Hosted', 'Young', '나나', '나 은희', 'Yu', 'Guest', 'Youna']) assert.equal(plainName(name), name);
  assert.equal(plainName('Mina ✔️'), 'Mina');
  assert.equal(plainName('👑 Mina'), 'Mina');
  assert.equal(plainName('👑'), '“👑”');
});
