import assert from 'node:assert/strict';
import test from 'node:test';
import { Relays, hasRelay, transportOf, withAddresses } from './relays.js';

const own = {
  urls: [
    'stun:moim.test:3478', 'turn:moim.test:3478?transport=udp', 'turn:moim.test:3478?transport=tcp',
    'turns:moim.test:443?transport=tcp',
  ],
  username: 'u', credential: 'p',
};
const stun = { urls: 'stun:moim.test:3478' };
const byUDP = { type: 'relay', relayProtocol: 'udp' };

test('an address tells its transport', () => {
  assert.deepEqual(own.urls.map(transportOf), [null, 'udp', 'tcp', 'tls']);
  assert.equal(transportOf('turn:moim.test'), 'udp');
  assert.equal(transportOf('turns:moim.test'), 'tls');
  assert.equal(transportOf('stuns:moim.test'), null);
  assert.deepEqual([hasRelay([own]), hasRelay([stun]), hasRelay([])], [true, false, false]);
  assert.deepEqual(withAddresses([own, stun], (transport) => transport === 'tls'), [{ ...own, urls: [own.urls[3]] }]);
});

test('all relays are asked until one over UDP was reached, and again after that may be wrong', () => {
  const relays = new Relays();
  assert.deepEqual(relays.choose([stun, own]), [stun, own]);
  for (const candidate of [
    { type: 'host' }, { type: 'srflx' }, { type: 'relay', relayProtocol: 'tcp' }, { type: 'relay', relayProtocol: 'tls' },
    { type: 'relay' }, { type: 'relay', url: own.urls[2] }, { type: 'srflx', url: own.urls[1] },
  ]) {
    relays.gathered(candidate);
    assert.deepEqual(relays.choose([own]), [own], JSON.stringify(candidate));
  }
  relays.gathered(byUDP);
  assert.deepEqual(relays.choose([stun, own]), [{ urls: [stun.urls] }, { ...own, urls: own.urls.slice(0, 2) }]);
  relays.forget();
  assert.deepEqual(relays.choose([own]), [own]);
});

test('a browser that only names the address tells as much', () => {
  const relays = new Relays();
  relays.gathered({ type: 'relay', url: own.urls[1] });
  assert.deepEqual(relays.choose([own])[0].urls, own.urls.slice(0, 2));
});

test('without a relay over UDP there is nothing to leave out', () => {
  const relays = new Relays();
  relays.gathered(byUDP);
  const others = [stun, { ...own, urls: own.urls.slice(2) }];
  assert.deepEqual(relays.choose(others), others);
});
