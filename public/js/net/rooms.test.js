import assert from 'node:assert/strict';
import test from 'node:test';
import { collect } from '../_fakes/tasks.js';
import { makeRoom, proposeRoomName, roomInfo, watchRooms } from './rooms.js';

/** @returns {{EventSource: any, sources: any[]}} */
function fakeEventSources() {
  /** @type {any[]} */
  const sources = [];
  class EventSource {
    static CLOSED = 2;
    readyState = 1;
    /** @param {string} url */
    constructor(url) {
      this.url = url;
      sources.push(this);
    }

    close() {
      this.readyState = 2;
    }
  }
  return { EventSource, sources };
}

/**
 * A fetch that answers once.
 * @param {number} status
 * @param {unknown} body
 * @returns {{fetch: any, calls: any[]}}
 */
function fakeFetch(status, body) {
  /** @type {any[]} */
  const calls = [];
  return {
    calls,
    fetch: async (/** @type {any[]} */ ...call) => {
      calls.push(call);
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
    },
  };
}

test('the list of public rooms comes with every change until it is disconnected', () => {
  const { EventSource, sources } = fakeEventSources();
  const watch = watchRooms({ EventSource });
  const lists = collect(watch, 'rooms');
  assert.equal(sources.length, 0);
  watch.connect();
  assert.equal(sources[0].url, '/api/rooms/events');
  const tea = { name: 'tea', topic: 'Tea at four', peers: 2, created: '2026-11-22T12:00:00.000Z' };
  sources[0].onmessage({ data: JSON.stringify({ rooms: [] }) });
  sources[0].onmessage({ data: JSON.stringify({ rooms: [tea] }) });
  assert.deepEqual(lists, [[], [tea]]);
  watch.disconnect();
  assert.equal(sources[0].readyState, 2);
});

test('a refused event source is tried again, a broken one heals by itself', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { EventSource, sources } = fakeEventSources();
  const watch = watchRooms({ EventSource });
  watch.connect();
  sources[0].readyState = 0;
  sources[0].onerror();
  t.mock.timers.tick(60_000);
  assert.equal(sources.length, 1);
  sources[0].readyState = 2;
  sources[0].onerror();
  t.mock.timers.tick(60_000);
  assert.equal(sources.length, 2);
  sources[1].readyState = 2;
  sources[1].onerror();
  watch.disconnect();
  t.mock.timers.tick(60_000);
  assert.equal(sources.length, 2);
});

test('making a room posts its settings', async () => {
  const { fetch, calls } = fakeFetch(201, { room: { name: 'tea' }, hostKey: 'k' });
  assert.deepEqual(await makeRoom({ name: 'tea', public: true }, fetch), { room: { name: 'tea' }, hostKey: 'k' });
  const [[path, init]] = calls;
  assert.equal(path, '/api/rooms');
  assert.equal(init.method, 'POST');
  assert.equal(init.headers['Content-Type'], 'application/json');
  assert.deepEqual(JSON.parse(init.body), { name: 'tea', public: true });
});

test('room info escapes the name', async () => {
  const { fetch, calls } = fakeFetch(200, { exists: true, peers: 2 });
  assert.equal((await roomInfo('모임/tea', fetch)).peers, 2);
  const [[path, init]] = calls;
  assert.equal(path, `/api/rooms/${encodeURIComponent('모임/tea')}`);
  assert.equal(init.headers.Accept, 'application/json'); // or a room named `events` would be the stream
});

const refusals = [
  { name: 'a refusal', status: 409, body: { error: { code: 'room-exists', message: 'there is one' } }, code: 'room-exists' },
  { name: 'a page instead of an error', status: 502, body: '<html>', code: 'internal' },
  { name: 'a page instead of an answer', status: 200, body: '<html>', code: 'internal' },
];
for (const { name, status, body, code } of refusals) {
  test(`${name} rejects with ${code}`, async () => {
    await assert.rejects(makeRoom({}, fakeFetch(status, body).fetch), { name: 'ProtocolError', code });
  });
}

test('no answer at all rejects with closed', async () => {
  const fetch = () => Promise.reject(new TypeError('failed to fetch'));
  await assert.rejects(roomInfo('tea', fetch), { name: 'ProtocolError', code: 'closed' });
});

test('a proposed name has five groups of two syllables and 60 bits', () => {
  assert.match(proposeRoomName(), /^([bdfghjklmnprstvz][aiou]){2}(-([bdfghjklmnprstvz][aiou]){2}){4}$/);
  assert.notEqual(proposeRoomName(), proposeRoomName());
  const syllables = new Set(Array.from({ length: 256 }, (_, byte) => proposeRoomName((bytes) => bytes.fill(byte)).slice(0, 2)));
  assert.equal(syllables.size, 64);
});
