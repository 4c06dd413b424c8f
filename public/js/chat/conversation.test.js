import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeChatServer } from '../_fakes/chat-server.js';
import { FakeClock, collect, settle } from '../_fakes/tasks.js';
import { Conversation } from './conversation.js';
import { isStored } from './entry.js';
import { PAUSE_MS, TRIES } from './history.js';

/** In a room where so much was said. @param {number} said */
function start(said) {
  const server = new FakeChatServer();
  for (let i = 0; i < said; i++) server.say();
  const clock = new FakeClock();
  const conversation = new Conversation({ request: server.request, send: () => {}, ownName: () => 'M', clock });
  const { transcript } = conversation;
  const join = () => {
    server.break();
    conversation.enter(server.join(), transcript.you !== '');
  };
  const calm = async () => {
    do {
      server.hear();
      server.deliver(conversation);
      await settle(1);
    } while (server.busy);
  };
  const numbers = () => transcript.entries.filter(isStored).map(({ n }) => n);
  const span = () => [numbers()[0], numbers().at(-1), transcript.more, transcript.newer];
  join();
  server.asked.length = 0;
  return { server, clock, conversation, transcript, join, calm, numbers, span };
}

test('an old message is shown with those around it, and the way back is page by page', async () => {
  const { server, conversation, transcript, calm, numbers, span } = start(200);
  const shown = conversation.show(40);
  await calm();
  assert.equal((await shown)?.n, 40);
  assert.deepEqual(span(), [16, 65, true, true]);
  assert.equal(await conversation.show(20), transcript.at(20));
  assert.deepEqual(server.asked, ['chat-history', 'chat-history']);
  for (const end of [[16, 115, true, true], [16, 165, true, true], [16, 200, true, false], [16, 200, true, false]]) {
    const newer = conversation.newer();
    assert.equal(transcript.newer ? conversation.newer() : newer, newer);
    await calm();
    await newer;
    assert.deepEqual(span(), end);
  }
  assert.equal(numbers().length, 185);
});

test('a page that reaches the present takes along what was said while it was under way', async () => {
  const { server, conversation, transcript, calm, span } = start(100);
  transcript.trimNewest(20);
  conversation.newer();
  server.hear();
  for (let i = 0; i < 3; i++) server.say();
  await calm();
  assert.deepEqual(span(), [51, 103, true, false]);
  conversation.show(10);
  await calm();
  conversation.latest();
  server.hear();
  server.say();
  await calm();
  assert.deepEqual(span(), [54, 104, true, false]);
});

test('what is not there, or for others only, is not shown and moves nothing', async () => {
  const { server, conversation, calm, span } = start(100);
  server.change(30, { to: 'z' });
  await calm();
  for (const n of [30, 500, 0]) {
    const shown = conversation.show(n);
    await calm();
    assert.equal(await shown, null);
    assert.deepEqual(span(), [51, 100, true, false]);
  }
});

test('a page asked for before the window moved is not added to it', async () => {
  const { server, conversation, transcript, calm, span } = start(200);
  const older = conversation.older();
  server.hear();
  transcript.trimOldest(20);
  await calm();
  await older;
  assert.deepEqual(span(), [181, 200, true, false]);
});

test('whoever says something is back at the newest messages, with the line below them', async () => {
  const { conversation, transcript, calm, span } = start(200);
  transcript.trimNewest(20);
  const said = conversation.say('hello');
  assert.equal(transcript.unsent.length, 1);
  await calm();
  await said;
  assert.deepEqual(span(), [151, 201, true, false]);
  const line = transcript.at(201);
  assert.ok(line?.own && line.text === 'hello');
  assert.deepEqual(transcript.unsent, []);
});

test('after an absence changes are asked for until none is lacking, and merged in place', async () => {
  const { server, conversation, transcript, join, calm, span } = start(300);
  const changes = collect(transcript, 'change');
  const arrived = collect(transcript, 'arrived');
  const [first] = transcript.entries;
  for (let n = 1; n <= 270; n++) server.change(n, { text: 'better' });
  for (let i = 0; i < 130; i++) server.say({ to: i % 2 ? 'z' : undefined });
  join();
  server.hear();
  server.change(101, { text: 'best' });
  server.say();
  await calm();
  assert.deepEqual(server.asked, ['chat-history', 'chat-history']);
  assert.deepEqual(span(), [251, 431, true, false]);
  assert.equal(transcript.entries[0], first);
  assert.ok(first.kind === 'message' && first.text === 'better');
  assert.deepEqual([changes.length, transcript.seq, arrived.length], [2, 702, 1]);
  assert.equal(transcript.entries.length, 50 + 65 + 1);
  join();
  await calm();
  assert.equal(server.asked.length, 2);
  assert.equal(conversation.transcript.seq, 702);
});

test('changes are asked for again when the server is too busy, and after a lost connection', async () => {
  const { server, clock, transcript, join, calm, span } = start(60);
  for (let i = 0; i < 10; i++) server.say();
  server.refusal = 'rate-limited';
  join();
  await calm();
  server.refusal = null;
  server.say();
  await calm();
  assert.deepEqual([transcript.seq, transcript.at(65)], [71, undefined]);
  join();
  await calm();
  assert.deepEqual([transcript.entries.length, ...span()], [61, 11, 71, true, false]);
  clock.pass(1_200);
  await calm();
  assert.equal(transcript.entries.length, 61);
});

test('a chat the server cannot read takes nothing away, and is caught up with when it can', async () => {
  const { server, conversation, clock, calm, span } = start(60);
  for (let i = 0; i < 10; i++) server.say();
  server.break();
  server.refusal = 'internal';
  conversation.enter({ ...server.join(), messages: [], more: true, seq: undefined }, true);
  await calm();
  assert.deepEqual(span(), [11, 60, true, false]);
  server.refusal = null;
  clock.pass(1_200);
  await calm();
  assert.deepEqual(span(), [11, 70, true, false]);
  assert.equal(conversation.transcript.seq, 70);
});

/** @type {{name: string, others?: boolean, act: (all: {server: FakeChatServer, transcript: Conversation['transcript']}) => void}[]} */
const absences = [
  { name: 'more has changed than is worth it', act: ({ server }) => { for (let i = 0; i < 501; i++) server.say(); } },
  { name: 'the window was detached', act: ({ transcript }) => transcript.trimNewest(10) },
  { name: 'the server has forgotten', others: true, act: ({ server }) => { server.messages.splice(50); server.seq = 50; } },
  {
    name: 'the server remembers something else', others: true,
    act: ({ server }) => { for (const each of server.messages) each.key = `other ${each.n}`; },
  },
];
for (const { name, act, others = false } of absences) {
  test(`after an absence the transcript starts over when ${name}`, async () => {
    const { server, conversation, transcript, join, calm } = start(120);
    server.refusal = 'too-long';
    conversation.say('kept', { reply: 7 });
    await calm();
    server.refusal = null;
    act({ server, transcript });
    server.asked.length = 0;
    const restarted = collect(transcript, 'restarted');
    join();
    await calm();
    assert.equal(restarted.length, others ? 1 : 0);
    assert.deepEqual(server.asked, []);
    assert.deepEqual(transcript.entries.filter(isStored).map(({ key }) => key),
      server.messages.slice(-50).map(({ key }) => key));
    assert.deepEqual(transcript.unsent.map(({ text, reply }) => [text, reply]), [['kept', others ? null : 7]]);
    assert.deepEqual([transcript.seq, transcript.newest], [server.seq, server.messages.length]);
  });
}

test('a page of the session before is given up', async () => {
  const { server, conversation, transcript, join, calm, span } = start(120);
  transcript.trimNewest(10);
  const latest = assert.rejects(conversation.latest(), { code: 'closed' });
  server.hear();
  server.break();
  await latest;
  server.say();
  join();
  await calm();
  assert.deepEqual(span(), [72, 121, true, false]);
});

test('what is asked for while a snapshot comes is answered afterwards, as it stands then', async () => {
  const { server, conversation, transcript, calm, span } = start(120);
  transcript.trimNewest(10);
  const shown = conversation.show(30);
  const quote = conversation.quoted(2);
  server.hear(1);
  server.deliver(conversation);
  server.change(20, { text: 'better' });
  server.snapshot(conversation);
  await calm();
  assert.deepEqual([(await shown)?.n, (await quote)?.n], [30, 2]);
  assert.deepEqual(span(), [6, 55, true, true]);
  assert.equal(transcript.at(20)?.text, 'better');
});

test('lines on their way when a snapshot comes arrive once and in order, with those of before and after', async () => {
  const { server, conversation, transcript, calm } = start(1);
  const texts = Array.from({ length: 8 }, (_, i) => `own ${i}`);
  for (const text of texts.slice(0, 6)) conversation.say(text);
  server.hear(2);
  server.snapshot(conversation);
  assert.deepEqual(transcript.unsent.map(({ state }) => state), Array(6).fill('pending'));
  for (const text of texts.slice(6)) conversation.say(text);
  await calm();
  assert.deepEqual(server.messages.slice(1).map(({ text }) => text), texts);
  assert.deepEqual(transcript.unsent, []);
});

test('an edit made while away goes out after a snapshot, but not to another message of the same number', async () => {
  for (const others of [false, true]) {
    const { server, conversation, transcript, calm } = start(10);
    const edited = conversation.edit(5, 'better');
    const result = edited.then(() => 'done', ({ code }) => code);
    conversation.say('an answer', { reply: 5 });
    if (others) {
      server.messages = [];
      server.seq = 0;
      for (let i = 0; i < 6; i++) server.say({ key: `other ${i}` });
    }
    server.snapshot(conversation);
    await calm();
    assert.equal(await result, others ? 'closed' : 'done');
    assert.equal(transcript.at(5)?.text, others ? 'line 5' : 'better');
    const last = server.messages.at(-1);
    assert.deepEqual([last?.text, last?.reply], ['an answer', others ? undefined : 5]);
  }
});

test('lines of another peer id are not sent by themselves: they may be there already', async () => {
  const { server, conversation, transcript, calm } = start(1);
  conversation.say('stored');
  conversation.say('not stored');
  server.hear(1);
  server.you = 'n';
  server.snapshot(conversation);
  await calm();
  assert.deepEqual(transcript.unsent.map(({ text, problem }) => [text, problem]), [['not stored', 'closed']]);
  assert.deepEqual(server.messages.map(({ text }) => text), ['line 1', 'stored']);
});

test('lines that a lost connection left behind go out again under the same id, each once', async () => {
  const { server, conversation, transcript, join, calm } = start(1);
  for (const text of ['stored', 'not heard', 'third']) conversation.say(text);
  server.hear(1);
  server.break();
  conversation.disconnect();
  await settle(1);
  assert.deepEqual(transcript.unsent.map(({ problem }) => problem), ['closed', 'closed', 'closed']);
  server.you = 'n';
  join();
  await calm();
  assert.deepEqual(transcript.unsent.map(({ text }) => text), ['not heard', 'third']);
  server.you = 'm';
  join();
  await calm();
  assert.deepEqual(transcript.unsent, []);
  assert.deepEqual(server.messages.map(({ text }) => text), ['line 1', 'stored', 'not heard', 'third']);
});

test('lines of an earlier page go out if they are of the present id, with whom they are for', async () => {
  const { server, conversation, transcript, calm } = start(1);
  conversation.restore([
    { key: 'a', text: 'mine', from: 'm', to: 'a', reply: 1 }, { key: 'b', text: 'of before', from: 'l' },
    { key: 'c', text: 'given up', from: 'm', problem: 'no-such-peer' },
  ]);
  conversation.restore([{ key: 'a', text: 'mine', from: 'm' }]);
  await calm();
  assert.deepEqual(server.messages.slice(1).map(({ key, text, to, reply }) => [key, text, to, reply]),
    [['a', 'mine', 'a', 1]]);
  assert.deepEqual(transcript.unsent.map(({ key, problem }) => [key, problem]), [['b', 'closed'], ['c', 'no-such-peer']]);
});

test('whoever says something gets to the newest messages although the server is busy, but not for ever', async () => {
  const { server, clock, conversation, transcript, calm } = start(100);
  transcript.trimNewest(20);
  const busy = async (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) {
      server.refusal = 'internal';
      await calm();
      clock.pass(PAUSE_MS);
    }
    server.refusal = null;
    await calm();
  };
  conversation.say('hello');
  await busy(TRIES - 1);
  assert.equal(transcript.newer, false);
  transcript.trimNewest(20);
  const latest = assert.rejects(conversation.latest(), { code: 'internal' });
  await busy(TRIES);
  await latest;
  assert.equal(transcript.newer, true);
});

test('an old message does not come when its reader has gone elsewhere meanwhile', async () => {
  const { conversation, transcript, calm, span } = start(200);
  const shown = conversation.show(10);
  conversation.say('hello');
  await calm();
  assert.equal((await shown)?.n, 10);
  assert.deepEqual(span(), [151, 201, true, false]);
  const first = conversation.show(40);
  const second = conversation.show(100);
  await calm();
  await Promise.all([first, second]);
  assert.ok(transcript.at(100) && !transcript.at(40));
});
