import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldToTalk } from './hold-to-talk.js';

/** An element that matches what it is said to. */
class FakeTarget extends EventTarget {
  isContentEditable = false;

  /** @param {string} tag */
  constructor(tag) {
    super();
    this.tag = tag;
  }

  /** @param {string} selector */
  matches(selector) {
    return selector.split(', ').some((part) => part.replace(/[[:].*/, '') === this.tag);
  }

  /** @param {string} selector */
  closest(selector) {
    return this.matches(selector) ? this : null;
  }
}

/** @param {import('node:test').TestContext} t @param {boolean} on whether the microphone is on */
function page(t, on) {
  const scope = /** @type {any} */ (globalThis);
  const target = new EventTarget();
  const state = { dialog: false, mic: { wanted: on }, calls: /** @type {boolean[]} */ ([]) };
  const globals = {
    document: Object.assign(new EventTarget(), { querySelector: () => (state.dialog ? {} : null) }),
    HTMLElement: FakeTarget,
    Element: FakeTarget,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(scope, name);
    Object.defineProperty(scope, name, { value, configurable: true, writable: true });
    t.after(() => (before ? Object.defineProperty(scope, name, before) : delete scope[name]));
  }
  const setMic = async (/** @type {boolean} */ wanted) => {
    state.mic.wanted = wanted;
    state.calls.push(wanted);
  };
  const hold = new HoldToTalk({ media: /** @type {any} */ (state), call: { setMic } });
  hold.connect();
  /** @returns {boolean} whether the page took it */
  const fire = (/** @type {string} */ type, /** @type {Record<string, any>} */ properties = {}) => {
    const event = Object.assign(new Event(type, { cancelable: true }), { code: 'Space', key: ' ' });
    for (const [name, value] of Object.entries({ target: new FakeTarget('body'), ...properties })) {
      Object.defineProperty(event, name, { value });
    }
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { state, hold, fire };
}

test('while muted, one is heard for as long as Space is held', (t) => {
  const { state, fire } = page(t, false);
  assert.ok(fire('keydown'));
  assert.ok(fire('keydown', { repeat: true }));
  assert.deepEqual(state.calls, [true]);
  assert.ok(fire('keyup'));
  assert.deepEqual(state.calls, [true, false]);
});

test('who is not muted is not muted by it', (t) => {
  const { state, fire } = page(t, true);
  assert.ok(!fire('keydown'));
  assert.ok(!fire('keyup'));
  assert.deepEqual(state.calls, []);
});

test('it rests while one types, in dialogs, and with other keys', (t) => {
  const { state, fire } = page(t, false);
  assert.ok(!fire('keydown', { target: new FakeTarget('textarea') }));
  assert.ok(!fire('keydown', { ctrlKey: true }));
  assert.ok(!fire('keydown', { code: 'KeyM', key: 'm' }));
  assert.ok(!fire('keydown', { repeat: true }));
  state.dialog = true;
  assert.ok(!fire('keydown'));
  assert.deepEqual(state.calls, []);
});

test('a button the keyboard has focused is pressed, one the mouse has focused is not', (t) => {
  const { state, fire } = page(t, false);
  const target = new FakeTarget('button');
  assert.ok(!fire('keydown', { target }));
  fire('pointerdown', { target });
  assert.ok(fire('keydown', { target }));
  assert.ok(fire('keyup', { target }));
  fire('keydown', { key: 'Tab', code: 'Tab', target });
  assert.ok(!fire('keydown', { target }));
  assert.deepEqual(state.calls, [true, false]);
});

test('whoever leaves the page, or the call, is muted again', (t) => {
  for (const end of ['blur', 'disconnect']) {
    const { state, fire, hold } = page(t, false);
    fire('keydown');
    if (end === 'disconnect') hold.disconnect();
    else fire(end);
    assert.deepEqual(state.calls, [true, false]);
    fire('keyup');
    assert.deepEqual(state.calls, [true, false]);
    hold.disconnect();
  }
});
