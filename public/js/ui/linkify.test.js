import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkify } from './linkify.js';

/** @param {string} text */
const links = (text) => linkify(text).flatMap((piece) => (typeof piece === 'string' ? [] : [piece.href]));

/** @param {string} text */
const joined = (text) => linkify(text).map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('');

test('web addresses become links', () => {
  for (const [text, link] of [
    ['see https://example.org/a?b=c#d now', 'https://example.org/a?b=c#d'],
    ['HTTP://EXAMPLE.ORG', 'HTTP://EXAMPLE.ORG'],
    ['look (https://example.org/a).', 'https://example.org/a'],
    ['https://example.org/wiki/A_(b)', 'https://example.org/wiki/A_(b)'],
    ['really? https://example.org!!', 'https://example.org'],
    ['“https://example.org/x”', 'https://example.org/x'],
    ['https://example.org에서 만나요', 'https://example.org'],
    ['(https://example.org에서)', 'https://example.org'],
    ['https://example.org/a.를', 'https://example.org/a.를'],
    ['https://example.org/r/모임', 'https://example.org/r/모임'],
    ['https://example.org/r/tea모임/b', 'https://example.org/r/tea모임/b'],
    ['https://tea모임.example/', 'https://tea모임.example/'],
    ['https://example.org/([a])])', 'https://example.org/([a])'],
    ['http://localhost:8080/r/x', 'http://localhost:8080/r/x'],
  ]) {
    assert.deepEqual(links(text), [link], text);
  }
  assert.deepEqual(links('https://a.example,https://b.example'), ['https://a.example,https://b.example']);
  assert.deepEqual(links('https://a.example https://b.example'), ['https://a.example', 'https://b.example']);
});

test('nothing else becomes a link', () => {
  for (const text of [
    '',
    'plain words',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://example.org',
    'https://',
    'http://]',
    '<b>bold</b>',
    'www.example.org',
    'https://example.org@elsewhere.example/',
    'https://mina:secret@example.org/',
    `https://example.org/${'a'.repeat(2029)}`,
  ]) {
    assert.deepEqual(links(text), [], text);
  }
});

test('a link ends before characters that hide or turn text around', () => {
  assert.deepEqual(links('https://example.org/\u202etxt.exe'), ['https://example.org/']);
  assert.deepEqual(links('https://example.org/a\u200bb'), ['https://example.org/a']);
});

test('no character is lost', () => {
  for (const text of [
    'a https://example.org/a). b',
    'https://',
    'x\nhttps://example.org\ny',
    '👋 https://example.org에서',
  ]) {
    assert.equal(joined(text), text);
  }
});

test('a host that is written in another way is told', () => {
  for (const [text, host] of [
    ['https://example.org/a', null],
    ['HTTPS://EXAMPLE.org:8443', null],
    ['http://[::1]:8080/', null],
    ['https://\u0435xample.org/', 'xn--xample-2of.org'],
    ['https://\u0435xample.org:8443/', 'xn--xample-2of.org:8443'],
    ['https://example\u3002org\\@elsewhere/', 'example.org'],
    ['http://0x7f.1/', '127.0.0.1'],
  ]) {
    const [piece] = linkify(/** @type {string} */ (text));
    assert.ok(typeof piece !== 'string');
    assert.equal(piece.host, host, text ?? '');
  }
});

test('brackets at the end cost no more than other characters', () => {
  const text = Array.from({ length: 60 }, () => `https://a/${')'.repeat(2000)}`).join(' ');
  const start = process.cpuUsage().user;
  assert.equal(links(text).length, 60);
  const took = (process.cpuUsage().user - start) / 1000;
  assert.ok(took < 300, `${took} ms`);
  assert.deepEqual(links(`https://a/${')'.repeat(3980)}`), []);
});
