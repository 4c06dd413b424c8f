import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPage } from '../_fakes/page.js';
import { Chime, SOUNDS } from './chime.js';
import { CROWD, PAUSE_MS, Sounds } from './sounds.js';

/** @param {import('node:test').TestContext} t */
function room(t) {
  const stored = new Map();
  const localStorage = {
    getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => stored.set(key, value),
    removeItem: (/** @type {string} */ key) => stored.delete(key),
  };
  installPage(t, { localStorage });
  const page = /** @type {any} */ (document);
  page.hasFocus = () => true;
  const state = { now: 0, played: /** @type {string[]} */ ([]) };
  const call = Object.assign(new EventTarget(), {
    you: 'me', peers: new Map([['me', {}]]), hands: /** @type {string[]} */ ([]), chat: { transcript: new EventTarget() },
    media: { speaker: 'loud' }, hosting: { knocks: new Map() },
  });
  const nameOf = (/** @type {any} */ notes) => Object.entries(SOUNDS).find(([, known]) => known === notes)?.[0] ?? '';
  const chime = {
    play: async (/** @type {any} */ notes, /** @type {any} */ speaker) => void state.played.push(`${nameOf(notes)} ${speaker}`),
    close: () => void state.played.push('closed'),
  };
  const sounds = new Sounds({ call: /** @type {any} */ (call), chime, now: () => state.now });
  sounds.connect();
  t.after(() => sounds.disconnect());
  const change = (what = 'peers') => call.dispatchEvent(new CustomEvent('change', { detail: { what } }));
  const heard = () => state.played.splice(0).join();
  const rest = () => (state.now += PAUSE_MS);
  return { call, page, stored, state, sounds, change, heard, rest };
}

test('others coming, going and raising a hand are heard', (t) => {
  const { call, change, heard, rest } = room(t);
  rest();
  call.peers.set('a', {});
  change();
  assert.equal(heard(), 'joined loud');
  rest();
  call.hands = ['a'];
  change();
  assert.equal(heard(), 'hand loud');
  rest();
  call.hands = [];
  change();
  assert.equal(heard(), '');
  call.peers.delete('a');
  change();
  assert.equal(heard(), 'left loud');
});

test('the own hand, and what else changes, is not', (t) => {
  const { call, change, heard } = room(t);
  call.hands = ['me'];
  change();
  call.peers.set('a', {});
  change('media');
  assert.equal(heard(), '');
});

test('many at once are one sound, and there is a pause', (t) => {
  const { call, change, heard, rest } = room(t);
  for (const id of ['a', 'b', 'c']) {
    call.peers.set(id, {});
    change();
  }
  assert.equal(heard(), 'joined loud');
  rest();
  call.peers.delete('a');
  change();
  assert.equal(heard(), 'left loud');
});

test('in a crowd, coming and going is silent, hands are not', (t) => {
  const { call, change, heard } = room(t);
  for (let i = 0; i <= CROWD; i++) call.peers.set(`p${i}`, {});
  change();
  assert.equal(heard(), '');
  call.hands = ['p1'];
  change();
  assert.equal(heard(), 'hand loud');
});

test('being somebody else after a reconnect makes no sound', (t) => {
  const { call, change, heard } = room(t);
  call.you = 'me again';
  call.peers = new Map([['me again', {}], ['a', {}]]);
  change();
  assert.equal(heard(), '');
});

test('a message is heard while the page is not looked at', (t) => {
  const { call, page, heard, rest } = room(t);
  const arrive = () => call.chat.transcript.dispatchEvent(new CustomEvent('arrived', { detail: { entry: {} } }));
  arrive();
  assert.equal(heard(), '');
  page.hasFocus = () => false;
  arrive();
  assert.equal(heard(), 'message loud');
  rest();
  page.hasFocus = () => true;
  page.hidden = true;
  arrive();
  assert.equal(heard(), 'message loud');
});

test('whoever switched sounds off hears none', (t) => {
  const { call, stored, change, heard } = room(t);
  stored.set('moim.sounds', 'off');
  call.peers.set('a', {});
  change();
  assert.equal(heard(), '');
});

/** What the chime uses of Web Audio. */
class FakeContext {
  /** @type {FakeContext[]} */
  static made = [];
  /** @type {any[]} */
  static oscillators = [];
  state = 'suspended';
  currentTime = 1;
  speaker = '';

  constructor() {
    FakeContext.made.push(this);
  }

  async resume() {
    this.state = 'running';
  }

  suspend() {
    this.state = 'suspended';
  }

  close() {
    this.state = 'closed';
  }

  /** @param {string} id */
  async setSinkId(id) {
    this.speaker = id;
  }
}

test('a chime plays its notes on the chosen speaker and rests afterwards', async (t) => {
  FakeContext.made = [];
  FakeContext.oscillators = [];
  installPage(t, {
    AudioContext: FakeContext,
    GainNode: class {
      gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, setTargetAtTime() {} };
      connect() {}
    },
    OscillatorNode: class {
      /** @param {unknown} _ @param {any} options */
      constructor(_, options) {
        this.hertz = options.frequency;
        FakeContext.oscillators.push(this);
      }

      connect = (/** @type {any} */ node) => node;
      start = (/** @type {number} */ at) => (this.startedAt = at);
      stop() {}
    },
  });
  const chime = new Chime();
  await chime.play(SOUNDS.joined, 'loud');
  const [context] = FakeContext.made;
  assert.equal(context.speaker, 'loud');
  assert.deepEqual(FakeContext.oscillators.map(({ hertz, startedAt }) => [hertz, startedAt]), [[392, 1], [523.25, 1.11]]);
  FakeContext.oscillators[0].onended();
  assert.equal(context.state, 'running');
  FakeContext.oscillators[1].onended();
  assert.equal(context.state, 'suspended');
  await chime.play(SOUNDS.message);
  assert.equal(FakeContext.made.length, 1);
  chime.close();
  assert.equal(context.state, 'closed');
});

test('who knocks is heard, going away again is not', (t) => {
  const { call, change, heard, rest } = room(t);
  rest();
  call.hosting.knocks.set('x', {});
  change('hosting');
  assert.equal(heard(), 'knock loud');
  rest();
  call.hosting.knocks.clear();
  change('hosting');
  assert.equal(heard(), '');
});
