import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installPage } from '../_fakes/page.js';
import { Notifier } from './notifier.js';

/** What the system shows. */
class FakeNotification {
  /** @type {NotificationPermission} */
  static permission = 'default';
  /** @type {NotificationPermission} */
  static answer = 'granted';
  /** @type {FakeNotification[]} */
  static shown = [];

  static async requestPermission() {
    FakeNotification.permission = FakeNotification.answer;
    return FakeNotification.answer;
  }

  onclick = () => {};

  /** @param {string} title @param {NotificationOptions} [options] */
  constructor(title, options) {
    this.title = title;
    this.body = options?.body;
    if (FakeNotification.permission === 'granted') FakeNotification.shown.push(this);
  }

  close() {
    FakeNotification.shown = FakeNotification.shown.filter((one) => one !== this);
  }
}

/**
 * @param {import('node:test').TestContext} t
 * @param {{kept?: string, permission?: NotificationPermission, answer?: NotificationPermission}} [state]
 */
function room(t, { kept, permission = 'default', answer = 'granted' } = {}) {
  const stored = new Map(kept ? [['moim.notifications', kept]] : []);
  Object.assign(FakeNotification, { permission, answer, shown: [] });
  const done = { shown: 0, focused: 0 };
  installPage(t, {
    Notification: FakeNotification,
    isSecureContext: true,
    window: { focus: () => (done.focused += 1) },
    localStorage: {
      getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => stored.set(key, value),
    },
  });
  const call = { room: { name: 'tea' }, chat: { transcript: new EventTarget() } };
  const notifier = new Notifier({ call: /** @type {any} */ (call), show: () => (done.shown += 1) });
  notifier.connect();
  const look = (/** @type {boolean} */ hidden) => {
    Object.assign(document, { hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const arrive = (/** @type {object} */ entry = {}) => call.chat.transcript.dispatchEvent(
    new CustomEvent('arrived', { detail: { entry: { name: 'Jonas', text: 'Tea is ready', to: null, ...entry } } }));
  const offered = () => notifier.offer.textContent;
  const press = async (/** @type {string} */ name) => {
    const button = /** @type {any} */ (notifier.offer).all().find((/** @type {any} */ one) => one.tag === 'button' && one.textContent === name);
    button.dispatchEvent(new Event('click'));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const shown = () => FakeNotification.shown;
  return { stored, notifier, done, look, arrive, offered, press, shown };
}

test('the system tells of a message while the page is hidden, and shows the chat when pressed', (t) => {
  const { done, look, arrive, shown } = room(t, { kept: 'on', permission: 'granted' });
  arrive();
  assert.deepEqual(shown(), []);
  look(true);
  arrive();
  arrive({ to: 'me', text: 'x'.repeat(1000) });
  assert.equal(shown().length, 1);
  assert.equal(shown()[0].title, 'Jonas, privately');
  assert.equal(shown()[0].body?.length, 200);
  shown()[0].onclick();
  assert.deepEqual([shown(), done], [[], { shown: 1, focused: 1 }]);
});

test('what somebody else has it tell takes the place of a message, and shows what it is about', (t) => {
  const { notifier, done, look, arrive, shown } = room(t, { kept: 'on', permission: 'granted' });
  let opened = 0;
  const knock = () => notifier.tell('Nana wants to come in', 'tea', () => (opened += 1));
  knock();
  assert.deepEqual(shown(), []);
  look(true);
  arrive();
  knock();
  assert.deepEqual(shown().map(({ title, body }) => [title, body]), [['Nana wants to come in', 'tea']]);
  shown()[0].onclick();
  assert.deepEqual([shown(), opened, done], [[], 1, { shown: 0, focused: 1 }]);
});

test('it tells nothing that is not wanted or not allowed, and forgets what is looked at', (t) => {
  const unwanted = room(t, { kept: 'off', permission: 'granted' });
  unwanted.look(true);
  unwanted.arrive();
  assert.deepEqual(FakeNotification.shown, []);
  const forbidden = room(t, { kept: 'on', permission: 'denied' });
  forbidden.look(true);
  forbidden.arrive();
  assert.deepEqual(FakeNotification.shown, []);
  const wanted = room(t, { kept: 'on', permission: 'granted' });
  wanted.look(true);
  wanted.arrive();
  assert.equal(FakeNotification.shown.length, 1);
  wanted.look(false);
  assert.deepEqual(FakeNotification.shown, []);
});

test('whoever missed messages is asked once', async (t) => {
  const { stored, notifier, look, arrive, offered, press } = room(t);
  look(true);
  look(false);
  assert.equal(offered(), '');
  look(true);
  arrive();
  assert.equal(offered(), '');
  look(false);
  assert.match(offered(), /Get a notification/);
  const [first] = notifier.offer.children;
  look(true);
  arrive();
  look(false);
  assert.equal(notifier.offer.children[0], first);
  await press('Turn on notifications');
  assert.deepEqual([offered(), stored.get('moim.notifications'), FakeNotification.shown.length], ['', 'on', 0]);
  look(true);
  arrive();
  assert.equal(FakeNotification.shown.length, 1);
});

test('no is an answer, and so is a refusal of the browser', async (t) => {
  for (const [button, answer] of /** @type {[string, NotificationPermission][]} */ ([['No, thanks', 'granted'], ['Turn on notifications', 'denied']])) {
    const { stored, look, arrive, offered, press, notifier } = room(t, { answer });
    look(true);
    arrive();
    look(false);
    await press(button);
    assert.deepEqual([offered(), stored.get('moim.notifications')], ['', 'off']);
    look(true);
    arrive();
    look(false);
    assert.equal(offered(), '');
    notifier.disconnect();
  }
});

test('where the browser has blocked them, nobody is asked', (t) => {
  const { look, arrive, offered } = room(t, { permission: 'denied' });
  look(true);
  arrive();
  look(false);
  assert.equal(offered(), '');
});
