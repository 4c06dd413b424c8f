import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { callEn } from './en-call.js';
import { en as firstEn } from './en.js';
import { errorText, formatDay, formatTime, pickLanguage, sentencePieces, setLanguage, t } from './index.js';
import { callKo } from './ko-call.js';
import { ko as firstKo } from './ko.js';

const en = { ...firstEn, ...callEn };
const ko = { ...firstKo, ...callKo };

/** @type {Record<string, Readonly<Record<string, import('./en.js').Sentence>>>} */
const languages = { en, ko };

const wireCodes = [
  'bad-message', 'unknown-type', 'not-joined', 'already-joined', 'bad-room', 'bad-name',
  'bad-password', 'bad-token', 'room-full', 'room-locked', 'rejected', 'no-such-peer',
  'no-such-message', 'too-long', 'rate-limited', 'forbidden', 'server-full', 'restarting',
  'internal', 'room-exists', 'closed', 'no-such-room', 'token-required', 'unauthorized', 'banned',
];

/** @param {import('./en.js').Sentence} sentence */
const forms = (sentence) => (typeof sentence === 'string' ? { other: sentence } : sentence);

/** @param {string} text */
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

afterEach(() => setLanguage('en'));

test('every language has every key', () => {
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
});

test('every language uses the same placeholders', () => {
  for (const key of Object.keys(en)) {
    assert.deepEqual(
      placeholders(forms(languages.ko[key]).other),
      placeholders(forms(languages.en[key]).other),
      key,
    );
  }
});

test('every plural has the forms its language needs', () => {
  for (const [code, sentences] of Object.entries(languages)) {
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, sentence] of Object.entries(sentences)) {
      if (typeof sentence === 'string') {
        assert.ok(sentence.trim(), `${code} ${key}`);
        continue;
      }
      assert.deepEqual(Object.keys(sentence).sort(), [...categories].sort(), `${code} ${key}`);
    }
  }
});

test('every error code has a sentence of its own', () => {
  const seen = new Set([errorText('something-new')]);
  for (const code of wireCodes) {
    assert.ok(!seen.has(errorText(code)), code);
    seen.add(errorText(code));
  }
  assert.equal(errorText('toString'), t('error.unknown'));
});

test('sentences take names, numbers and plurals', async () => {
  assert.equal(t('notice.renamed', { name: 'Mina', newName: 'Nana' }), 'Mina is now Nana');
  assert.equal(t('home.count', { count: 1 }), '1 person');
  assert.equal(t('home.count', { count: 1200 }), '1,200 people');
  assert.equal(t('notice.joined', { name: '{name} $&' }), '{name} $& joined');
  await setLanguage('ko');
  assert.equal(t('home.count', { count: 1 }), '1명');
});

test('a sentence comes in pieces, its values apart', async () => {
  const values = { name: '{newName} مينا', newName: 'Nana' };
  assert.deepEqual(sentencePieces('notice.renamed', values), [{ value: values.name }, ' is now ', { value: 'Nana' }]);
  await setLanguage('ko');
  assert.deepEqual(sentencePieces('notice.left', { name: 'Mina' }), [{ value: 'Mina' }, '님이 나갔습니다']);
});

test('being alone is said in words that are right after others have left, too', async () => {
  assert.doesNotMatch(t('call.alone'), /yet/);
  await setLanguage('ko');
  assert.doesNotMatch(t('call.alone'), /아직/);
});

test('the language follows the preferences', () => {
  assert.equal(pickLanguage(['fr-CA', 'ko-KR', 'en']), 'ko');
  assert.equal(pickLanguage(['en-GB', 'ko']), 'en');
  assert.equal(pickLanguage(['fr']), 'en');
  assert.equal(pickLanguage([]), 'en');
});

test('times and days read as the language writes them', async () => {
  const at = new Date(2024, 4, 3, 15, 7);
  assert.match(formatTime(at), /^3:07\sPM$/);
  assert.equal(formatDay(at, at), 'Today');
  assert.equal(formatDay(at, new Date(2024, 4, 4)), 'Friday, May 3');
  await setLanguage('ko');
  assert.match(formatTime(at), /3:07/);
});

test('what is loaded first says only what is loaded first', () => {
  const home = new URL('../', import.meta.url);
  const queue = ['main.js', 'ui/home.js', 'ui/room-page.js'].map((name) => new URL(name, home).href);
  const seen = new Set(queue);
  for (const module of seen) {
    const source = readFileSync(new URL(module), 'utf8');
    for (const [, path] of source.matchAll(/^(?:import|export)\b(?:[^'";]*?\bfrom\b)?\s*'(\.[^']+)'/gm)) seen.add(new URL(path, module).href);
    if (module.includes('/i18n/')) continue;
    for (const [, key] of source.matchAll(/'([a-z]+\.[\w.-]+)'/g)) assert.ok(!(key in callEn), `${module} says ${key}`);
  }
  assert.ok(seen.size > 30);
});

test('a language that is chosen while calls are being loaded can speak of them', async (t) => {
  const scope = /** @type {any} */ (globalThis);
  scope.document = {}; // so that nothing is loaded yet
  t.after(() => delete scope.document);
  const path = './index.js?door';
  const door = await import(path);
  await door.setLanguage('en');
  assert.throws(() => door.t('room.title'));
  const choosing = door.setLanguage('ko');
  await Promise.all([door.speakOfCalls(), choosing]);
  assert.deepEqual([door.language, door.t('room.title'), door.t('home.join')], ['ko', '방', '참여']);
});
