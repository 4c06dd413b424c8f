import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeChatServer } from '../_fakes/chat-server.js';
import { FakeClock, settle } from '../_fakes/tasks.js';
import { Conversation } from './conversation.js';
import { PAUSE_MS, TRIES } from './history.js';
import { QUOTES_KEPT } from './quotes.js';

/** @param {number} said */
function start(said) {
  const server = new FakeChatServer();
  for (let i = 0; i < said; i++) server.say();
  server.break();
  const clock = new FakeClock();
  const conversation = new Conversation({ request: server.request, send: () => {}, ownName: () => 'M', clock });
  conversation.enter(server.join(), false);
  const calm = async () => {
    await settle(1);
    while (server.busy) {
      server.hear();
      server.deliver(conversation);
      await settle(1);
    }
  };
  /** @param {number} n */
  const quoted = async (n) => {
    const quote = conversation.quoted(n);
    await calm();
    return quote;
  };
  return { server, clock, conversation, calm, quoted };
}

test('a quoted message comes from the window, else it is asked for once', async () => {
  const { server, conversation, quoted } = start(100);
  assert.equal(await quoted(60), conversation.transcript.at(60));
  assert.deepEqual(server.asked, []);
  const quote = await quoted(10);
  assert.deepEqual([quote?.n, quote?.text], [10, 'line 10']);
  assert.equal(await quoted(10), quote);
  assert.equal(server.asked.length, 1);
  assert.equal(conversation.transcript.at(10), undefined);
});

test('one that is not there, or for others only, is null', async () => {
  const { server, quoted } = start(100);
  server.change(9, { to: 'z' });
  assert.equal(await quoted(9), null);
  assert.equal(await quoted(101), null);
});

test('one that changes is asked for again', async () => {
  const { server, calm, quoted } = start(100);
  await quoted(10);
  server.change(10, { text: 'better' });
  await calm();
  assert.equal((await quoted(10))?.text, 'better');
});

test('one that is refused is asked for again the next time', async () => {
  const { server, conversation, calm, quoted } = start(100);
  server.refusal = 'bad-message';
  const refused = assert.rejects(conversation.quoted(10), { code: 'bad-message' });
  await calm();
  await refused;
  server.refusal = null;
  assert.equal((await quoted(10))?.n, 10);
});

test('many are asked for one after the other, with a pause when the server is too busy', async () => {
  const { server, clock, conversation, calm } = start(100);
  const quotes = Promise.all([1, 2, 3].map((n) => conversation.quoted(n)));
  await settle(1);
  assert.equal(server.asked.length, 1);
  server.refusal = 'rate-limited';
  await calm();
  server.refusal = null;
  clock.pass(PAUSE_MS - 1);
  await calm();
  assert.equal(server.asked.length, 1);
  clock.pass(1);
  await calm();
  assert.deepEqual((await quotes).map((quote) => quote?.n), [1, 2, 3]);
  assert.equal(server.asked.length, 4);
});

test('one that the server cannot read does not keep back the others, nor outlives its room', async () => {
  const { server, clock, conversation, calm } = start(100);
  server.refusal = 'internal';
  const refused = assert.rejects(conversation.quoted(1), { code: 'internal' });
  const next = conversation.quoted(2);
  for (let i = 0; i < TRIES; i++) {
    await calm();
    clock.pass(PAUSE_MS);
  }
  await refused;
  server.refusal = null;
  clock.pass(PAUSE_MS);
  await calm();
  assert.equal((await next)?.n, 2);

  server.refusal = 'internal';
  const lost = assert.rejects(conversation.quoted(3), { code: 'closed' });
  await calm();
  server.refusal = null;
  server.break();
  server.messages[0].key = 'another';
  conversation.enter({ ...server.join(), seq: 1 }, true);
  const { length } = server.asked;
  const quote = conversation.quoted(4);
  await calm();
  assert.equal((await quote)?.n, 4);
  clock.pass(PAUSE_MS);
  await lost;
  assert.equal(server.asked.length, length + 1);
});

test('only so many are remembered', async () => {
  const { server, quoted } = start(QUOTES_KEPT + 100);
  for (let n = 1; n <= QUOTES_KEPT; n++) await quoted(n);
  await quoted(1);
  await quoted(QUOTES_KEPT + 1);
  assert.equal(server.asked.length, QUOTES_KEPT + 1);
  await quoted(1);
  assert.equal(server.asked.length, QUOTES_KEPT + 1);
  await quoted(2);
  assert.equal(server.asked.length, QUOTES_KEPT + 2);
});
