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
    ['https://example.org/r/모임', 'https://example.org/r/모임'],
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
