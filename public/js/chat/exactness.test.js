import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeChatServer } from '../_fakes/chat-server.js';
import { random as seeded } from '../_fakes/random.js';
import { FakeClock, settle } from '../_fakes/tasks.js';
import { Conversation } from './conversation.js';
import { isStored } from './entry.js';

/**
 * What is in the window but for what was private to a former own id.
 * @param {Conversation} conversation
 */
function stored({ transcript }) {
  const mine = transcript.entries.filter(isStored).filter(({ to }) => to === null || to === transcript.you);
  return mine.map(({ n, seq, text }) => ({ n, seq, text }));
}

/** @param {FakeChatServer} server */
function visible(server) {
  return server.visible.map(({ n, seq, text }) => ({ n, seq, text }));
}

/** A client whose connection, reader and room do what they like. @param {number} seed */
function start(seed) {
  const random = seeded(seed);
  const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
  const server = new FakeChatServer();
  for (let i = 0; i < 120; i++) server.say();
  const clock = new FakeClock();
  const conversation = new Conversation({ request: server.request, send: () => {}, ownName: () => 'M', clock });
  const { transcript } = conversation;
  server.break();
  conversation.enter(server.join(), false);
  const ignore = () => {};
  let said = 0;
  const room = [
    () => server.say(), () => server.say({ to: 'm' }), () => server.say({ to: 'z' }),
    () => server.change(1 + below(server.messages.length), { text: `change ${below(1000)}` }),
    () => server.change(1 + below(server.messages.length), { text: '', deleted: '2026-11-22T12:02:00.000Z' }),
  ];
  const reader = [
    () => conversation.older().catch(ignore), () => conversation.newer().catch(ignore),
    () => conversation.latest().catch(ignore), () => conversation.show(1 + below(server.messages.length)).catch(ignore),
    () => transcript.trimOldest(60), () => transcript.trimNewest(60),
    () => conversation.quoted(1 + below(20)).catch(ignore), () => conversation.say(`own ${said++}`),
  ];
  const network = [
    () => server.hear(1), () => server.hear(), () => server.deliver(conversation, 1),
    () => server.deliver(conversation, 3), () => server.deliver(conversation), () => clock.pass(1_200),
    () => { server.refusal = random() < 0.2 ? 'rate-limited' : null; },
  ];
  const again = () => {
    server.break();
    conversation.disconnect();
    for (let i = below(random() < 0.1 ? 700 : 20); i > 0; i--) room[below(room.length)]();
    server.break();
    if (random() < 0.3) server.you = `m${below(100)}`;
    conversation.enter(server.join(), true);
  };
  const snapshot = () => {
    for (let i = below(random() < 0.1 ? 700 : 20); i > 0; i--) room[below(room.length)]();
    server.snapshot(conversation);
  };
  const groups = [room, room, reader, network, network, network];
  const act = () => {
    if (random() < 0.02) return again();
    if (random() < 0.02) return snapshot();
    const group = groups[below(groups.length)];
    group[below(group.length)]();
  };
  const calm = async () => {
    server.refusal = null;
    do {
      server.hear();
      server.deliver(conversation);
      await settle(1);
      clock.pass(1_200);
      await settle(1);
    } while (server.busy);
  };
  return { server, conversation, act, calm, random, said: () => said };
}

/**
 * @param {Conversation} conversation
 * @param {() => Promise<void>} calm
 */
async function toBothEnds(conversation, calm) {
  for (const move of [() => conversation.latest(), ...Array(40).fill(() => conversation.older())]) {
    const moved = move();
    await calm();
    await moved;
  }
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`whatever happens, each message is there once, in order and in its newest state (${seed})`, async () => {
    const { server, conversation, act, calm, random, said } = start(seed);
    const { transcript } = conversation;
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 12; i++) {
        act();
        if (random() < 0.5) await settle(1);
      }
      const numbers = stored(conversation).map(({ n }) => n);
      assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b), 'each once, in order');
      if (round % 5 !== 4) continue;
      await calm();
      const all = visible(server);
      const now = stored(conversation);
      const from = all.findIndex(({ n }) => n === now[0]?.n);
      if (now.length > 0) assert.deepEqual(now, all.slice(from, from + now.length), 'without gaps, as it stands now');
      assert.equal(transcript.newer, now.length > 0 && now.at(-1)?.n !== all.at(-1)?.n);
      assert.equal(transcript.more, from > 0);
    }
    await toBothEnds(conversation, calm);
    for (const { key } of transcript.unsent) conversation.retry(key);
    await toBothEnds(conversation, calm);
    assert.deepEqual(stored(conversation), visible(server));
    assert.deepEqual(transcript.unsent, []);
    const own = server.messages.filter(({ key }) => key.length === 32);
    assert.equal(own.length, said());
    assert.equal(new Set(own.map(({ key }) => key)).size, said());
  });
}
