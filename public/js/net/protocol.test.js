import assert from 'node:assert/strict';
import test from 'node:test';
import { endReason, isFinalClose, parseServerMessage } from './protocol.js';

test('frames that are not an object with a type are null', () => {
  const bad = ['', '{', 'null', '1', '"ok"', '[]', '[{"type":"ok"}]', '{}', '{"type":1}', '{"type":null}', undefined, 5,
    new ArrayBuffer(2)];
  for (const text of bad) assert.equal(parseServerMessage(text), null, String(text));
});

test('a frame is read as it is, unknown types and fields too', () => {
  assert.deepEqual(parseServerMessage('{"type":"ok","re":3}'), { type: 'ok', re: 3 });
  assert.deepEqual(parseServerMessage('{"type":"later","x":[1]}'), { type: 'later', x: [1] });
});

const codes = [
  { code: 1000, final: true, reason: 'left' },
  { code: 1001, final: false, reason: 'lost' },
  { code: 1003, final: true, reason: 'faults' },
  { code: 1006, final: false, reason: 'lost' },
  { code: 1007, final: true, reason: 'faults' },
  { code: 1008, final: true, reason: 'faults' },
  { code: 1009, final: true, reason: 'faults' },
  { code: 1011, final: false, reason: 'lost' },
  { code: 4000, final: false, reason: 'lost' },
  { code: 4001, final: true, reason: 'replaced' },
  { code: 4002, final: false, reason: 'lost' },
  { code: 4499, final: false, reason: 'lost' },
  { code: 4500, final: true, reason: 'kicked' },
  { code: 4501, final: true, reason: 'refused' },
  { code: 4502, final: true, reason: 'faults' },
  { code: 4503, final: true, reason: 'erased' },
  { code: 4999, final: true, reason: 'faults' },
];
for (const { code, final, reason } of codes) {
  test(`close ${code} is ${final ? 'final' : 'not final'}: ${reason}`, () => {
    assert.equal(isFinalClose(code), final);
    assert.equal(endReason(code), reason);
  });
}
