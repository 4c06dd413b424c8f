import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STAYS_MS, announce, startAnnouncer } from './announcer.js';

/** What the announcer uses of an element. */
class FakeElement {
  /** @type {any[]} */
  children = [];
  /** @type {Record<string, string>} */
  attributes = {};
  /** @type {FakeElement | null} */
  parent = null;

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  /** @param {any[]} nodes */
  append(...nodes) {
    for (const node of nodes) if (node instanceof FakeElement) node.parent = this;
    this.children.push(...nodes);
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
  }
}

test('every sentence is a node of its own, the same one again too, and goes later', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const body = new FakeElement();
  const page = { body, createElement: () => new FakeElement() };
  Object.defineProperty(globalThis, 'document', { configurable: true, value: page });
  context.after(() => Reflect.deleteProperty(globalThis, 'document'));
  startAnnouncer();
  const [region] = body.children;
  const sentences = () => region.children.map((/** @type {FakeElement} */ node) => node.children.join());
  assert.equal(region.attributes.role, 'status');
  assert.equal(region.attributes['aria-atomic'], 'false');

  for (const sentence of ['Mina joined', 'Jonas joined', 'Jonas joined']) announce(sentence);
  assert.deepEqual(sentences(), ['Mina joined', 'Jonas joined', 'Jonas joined']);
  context.mock.timers.tick(STAYS_MS - 1);
  announce('Mina left');
  context.mock.timers.tick(1);
  assert.deepEqual(sentences(), ['Mina left']);
});
