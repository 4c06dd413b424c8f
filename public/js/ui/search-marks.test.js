import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerpt, markWords } from './search-marks.js';

/** @param {string} text @param {string} query what is found stands in brackets */
const marked = (text, query) =>
  markWords(text, query).map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join('');

test('words are found as the server finds them', () => {
  for (const [text, query, expected] of [
    ['the meeting, Meet me', 'meet', 'the [meet]ing, [Meet] me'],
    ['remeeting', 'meet', 'remeeting'],
    ['Crème BRÛLÉE', 'creme brulee', '[Crème] [BRÛLÉE]'],
    ['Cre\u0300me', 'crème', '[Cre\u0300me]'],
    ['Straße', 'STRASSE', '[Straße]'],
    ['ＡＢＣ', 'abc', '[ＡＢＣ]'],
    ['내일 회의에서 만나요', '회의', '내일 [회의]에서 만나요'],
    ['비회의장', '회의', '비[회의]장'],
    ['회의', '회의'.normalize('NFD'), '[회의]'],
    ['明日の会議室', '会議', '明日の[会議]室'],
    ['well done 🎉🎉', '🎉', 'well done [🎉][🎉]'],
    ['v2회의', 'v2', '[v2]회의'],
    ['a <b> & c', '<>&', 'a <b> & c'],
    ['one one', '', 'one one'],
    ['banana nana', 'na ba', '[ba]nana [na]na'],
  ]) {
    assert.equal(marked(text, query), expected, `${text} / ${query}`);
  }
});

test('nothing of the text is lost', () => {
  for (const text of ['x\u0301'.repeat(50), '👩‍👩‍👧 회의 a\r\nb', '\ud83d', '']) {
    assert.equal(markWords(text, 'x 회 a').map((piece) => piece.text).join(''), text);
  }
});

test('a long text is shown from a little before what was found', () => {
  const text = `${'word '.repeat(100)}needle${' word'.repeat(100)}`;
  const shown = excerpt(markWords(text, 'needle'), 20, 60).map((piece) => piece.text).join('');
  assert.match(shown, /^…word word .*needle.*…$/);
  assert.ok(shown.length < 100);
  assert.deepEqual(excerpt(markWords('a needle', 'needle'), 20, 60), markWords('a needle', 'needle'));
});
