import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SenderParameters } from './sender-parameters.js';

/** A sender whose changes end when they are told to. */
class Sender {
  encodings = [{ active: true }];
  /** @type {{resolve: () => void, reject: (name: string) => void}[]} */
  pending = [];

  getParameters() {
    return { encodings: this.encodings.map((one) => ({ ...one })) };
  }

  /** @param {{encodings: {active: boolean}[]}} parameters */
  setParameters({ encodings }) {
    return new Promise((resolve, reject) => {
      this.pending.push({
        resolve: () => { this.encodings = encodings; resolve(undefined); },
        reject: (name) => reject(new DOMException('', name)),
      });
    });
  }
}

/** Lets what was answered go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function begin() {
  const sender = new Sender();
  /** @type {unknown[]} */
  const faults = [];
  const parameters = new SenderParameters(() => /** @type {any} */ (sender), (error) => faults.push(error));
  parameters.negotiated();
  return { sender, faults, parameters };
}

test('changes are made one after the other, and the newest is what stays', async () => {
  const { sender, parameters } = begin();
  parameters.set({ camera: { active: true, maxBitrate: 100_000 } });
  parameters.set({ camera: { active: true, maxBitrate: 200_000 } });
  parameters.set({ camera: { active: false } });
  assert.equal(sender.pending.length, 1);
  sender.pending[0].resolve();
  await settle();
  assert.equal(sender.pending.length, 2);
  sender.pending[1].resolve();
  await settle();
  assert.equal(sender.pending.length, 2);
  assert.equal(sender.encodings[0].active, false);
});

test('nothing is set before the first negotiation', () => {
  const sender = new Sender();
  const parameters = new SenderParameters(() => /** @type {any} */ (sender), () => assert.fail());
  parameters.set({ camera: { active: false } });
  assert.equal(sender.pending.length, 0);
  parameters.negotiated();
  assert.equal(sender.pending.length, 1);
});

test('what is so already is not set again', async () => {
  const { sender, parameters } = begin();
  parameters.set({ camera: { active: false } });
  sender.pending[0].resolve();
  await settle();
  parameters.set({ camera: { active: false } });
  parameters.negotiated();
  assert.equal(sender.pending.length, 1);
});

test('a change that a negotiation came between is tried again with what is wanted then', async () => {
  const { sender, faults, parameters } = begin();
  parameters.set({ screen: { active: false } });
  parameters.set({ screen: { active: true, maxBitrate: 300_000 } });
  sender.pending[0].reject('InvalidModificationError');
  await settle();
  sender.pending[1].resolve();
  await settle();
  assert.deepEqual(sender.encodings[0], { active: true, maxBitrate: 300_000 });
  assert.deepEqual(faults, []);
});

test('a sender that is gone is left alone after a few failures', async () => {
  const { sender, faults, parameters } = begin();
  parameters.set({ camera: { active: false } });
  for (let i = 0; i < sender.pending.length; i++) {
    sender.pending[i].reject('InvalidStateError');
    await settle();
  }
  assert.equal(sender.pending.length, 4);
  assert.deepEqual(faults, []);
});

test('what the browser refuses is said once', async () => {
  const { sender, faults, parameters } = begin();
  parameters.set({ camera: { active: false } });
  sender.pending[0].reject('OperationError');
  await settle();
  assert.equal(sender.pending.length, 1);
  assert.equal(faults.length, 1);
});
