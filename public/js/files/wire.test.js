import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, safeName } from './wire.js';

test('names are made safe', () => {
  for (const [name, safe] of [
    ['notes.txt', 'notes.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\evil.exe', 'evil.exe'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\nc.txt', 'abc.txt'],
    ['\u200bhid\u2066den\ufeff.pdf', 'hidden.pdf'],
    ['..', 'file'],
    ['', 'file'],
    ['.bashrc', 'bashrc'],
    ['end. . ', 'end'],
    ['what?<is>|this*.md', 'what__is__this_.md'],
    ['CON.txt', '_CON.txt'],
    ['lost\ud800.txt', 'lost\ufffd.txt'],
    ['한글\u0020  파일.hwp', '한글 파일.hwp'],
    ['\u1112\u1161\u11ab.txt', '한.txt'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
  ]) {
    assert.equal(safeName(String(name)), safe);
  }
});

test('a long name keeps its ending', () => {
  const name = safeName(`${'긴'.repeat(400)}.tar.gz`);
  assert.equal([...name].length, 180);
  assert.ok(name.endsWith('긴.gz'));
});

test('a message is read with care', () => {
  assert.deepEqual(read('{"from":7}'), { from: 7 });
  assert.deepEqual(read('{"end":"surprise"}'), { end: 'failed' });
  assert.equal(read(`{"from":7,"x":"${'x'.repeat(5000)}"}`), null);
  assert.equal(read(new ArrayBuffer(3)), null);
  assert.equal(read('[]'), null);
  assert.deepEqual(read('{"file":{"id":"k","name":"a/b","size":3,"type":"text/html; x=<b>","private":1}}'), {
    file: { id: 'k', name: 'b', size: 3, type: '', private: false },
  });
});
