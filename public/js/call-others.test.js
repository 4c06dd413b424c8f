import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeStream, FakeTrack } from './_fakes/media.js';
import { joined, makeCall, makeJoinedCall, peer } from './_fakes/room.js';
import { collect, settle, task } from './_fakes/tasks.js';

/** A call with one other, connected to over a fake whose channel the test holds. */
async function withOther() {
  const all = await makeJoinedCall({ peers: [peer('m'), peer('z')] });
  await settle();
  const [pc] = all.connections;
  const [channel] = pc.channels;
  const said = /** @type {any[]} */ ([]);
  channel.readyState = 'open';
  channel.send = (/** @type {string} */ data) => said.push(JSON.parse(data));
  const hears = (/** @type {any} */ data) => channel.onmessage({ data: JSON.stringify(data) });
  return { ...all, pc, said, hears };
}

test('a reaction goes to the others and is shown here too; what is none is not', async () => {
  const { call, said, hears } = await withOther();
  const shown = collect(call, 'reaction');
  call.react('👍');
  hears({ reaction: '🎉' });
  hears({ reaction: 'BUY NOW' });
  assert.deepEqual(said, [{ reaction: '👍' }]);
  assert.deepEqual(shown, [{ id: 'm', emoji: '👍' }, { id: 'z', emoji: '🎉' }]);
  for (let i = 0; i < 20; i++) hears({ reaction: '🎉' });
  assert.equal(shown.length, 6);
});

test('what the page shows of somebody is told once their channel opens', async () => {
  const { call, said } = await withOther();
  call.setView('z', { camera: { width: 320, height: 180 }, screen: null });
  call.setView('z', { camera: { width: 320, height: 180 }, screen: null });
  assert.deepEqual(said, [{ view: { camera: { width: 320, height: 180 }, screen: null } }]);
});

test('a raised hand is told, and is down in the next call; hands are in the order they were raised', async () => {
  const { call, socket } = await makeJoinedCall({ peers: [peer('m'), peer('a'), peer('b', { hand: true })] });
  call.setHand(true);
  await task();
  assert.deepEqual(socket.sentOf('update').map((/** @type {any} */ { hand }) => hand), [true]);
  socket.receive({ type: 'peer-changed', peer: peer('m', { hand: true }) });
  socket.receive({ type: 'peer-changed', peer: peer('a', { hand: true }) });
  assert.deepEqual(call.hands, ['b', 'm', 'a']);
  socket.receive({ type: 'peer-changed', peer: peer('b') });
  socket.receive({ type: 'peer-left', peer: 'm', reason: 'left' });
  assert.deepEqual(call.hands, ['a']);
  call.leave();
  socket.drop(1000);
  assert.deepEqual([call.phase, call.hand, call.hands], ['ended', false, []]);
});

test('a shared screen goes out with its sound, is told, and is over when the browser ends it', async () => {
  const { call, devices, socket, pc } = await withOther();
  const [screen, sound] = [new FakeTrack('video'), new FakeTrack('audio')];
  /** @type {any} */ (devices).getDisplayMedia = async () => new FakeStream([screen, sound]);
  const senders = () => pc.getTransceivers().slice(2).map(({ sender }) => sender.track);
  await call.setScreen(true);
  await settle();
  assert.deepEqual(senders(), [screen, sound]);
  assert.deepEqual(socket.sentOf('update').map((/** @type {any} */ one) => one.screen), [true]);
  socket.receive({ type: 'ok', re: socket.sentOf('update')[0].id });
  await settle();
  screen.end();
  await settle();
  assert.deepEqual(senders(), [null, null]);
  assert.equal(sound.readyState, 'ended');
  assert.deepEqual(socket.sentOf('update').map((/** @type {any} */ one) => one.screen), [true, false]);
});

test('a password goes along, and only then', async () => {
  const { call, sockets } = makeCall();
  const joining = call.join({ room: 'tea', password: 'open sesame' });
  sockets[0].open();
  await task();
  assert.equal(sockets[0].sent[0].password, 'open sesame');
  sockets[0].receive(joined());
  await joining;
});
