import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeDataChannel } from '../_fakes/data-channel.js';
import { collect } from '../_fakes/tasks.js';
import { MAX_CHANNELS, MAX_MESSAGE, MAX_RATE, PeerChannel } from './peer-channel.js';
import { tuneSound } from './sdp.js';
import { viewOf } from './view.js';

function make() {
  let now = 0;
  const pc = /** @type {any} */ ({
    made: [], createDataChannel(/** @type {string} */ label, /** @type {any} */ options) {
      const channel = new FakeDataChannel(label, options);
      this.made.push(channel);
      return channel;
    },
  });
  const channel = new PeerChannel(pc, () => now);
  return { pc, channel, messages: collect(channel, 'message'), setNow: (/** @type {number} */ ms) => { now = ms; } };
}

test('an offer without a place for it makes no channel; one with it makes one, once', () => {
  const { pc, channel } = make();
  channel.offered('v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n');
  assert.equal(pc.made.length, 0);
  const offer = 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n';
  channel.offered(offer);
  channel.offered(offer);
  assert.deepEqual(pc.made.map((/** @type {any} */ { label, id, negotiated }) => [label, id, negotiated]), [['moim', 0, true]]);
  assert.equal(channel.open('file'), null);
});

test('port 0 is a place where the section goes with the others alone, as in offers of Firefox', () => {
  const { pc, channel } = make();
  channel.offered('v=0\r\nm=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nm=video 0 UDP/TLS/RTP/SAVPF 120\r\na=bundle-only\r\n');
  assert.equal(pc.made.length, 0);
  channel.offered('v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=bundle-only\r\na=mid:4\r\n');
  assert.equal(pc.made.length, 1);
});

test('only objects come through, none too long and not too many', () => {
  const { pc, channel, messages, setNow } = make();
  channel.begin();
  const receive = (/** @type {any} */ data) => pc.made[0].onmessage({ data });
  for (const data of ['x', '[]', 'null', '1', new ArrayBuffer(4), JSON.stringify({ a: 'x'.repeat(MAX_MESSAGE) })]) receive(data);
  assert.deepEqual(messages, []);
  setNow(1_000);
  for (let i = 0; i < MAX_RATE + 20; i++) receive('{"a":1}');
  assert.equal(messages.length, MAX_RATE);
  setNow(2_000);
  receive('{"a":2}');
  assert.equal(messages.length, MAX_RATE + 1);
});

test('the other side has so many channels open at once, and may open another when one has closed', () => {
  const { pc, channel } = make();
  const channels = collect(channel, 'channel');
  const opened = Array.from({ length: MAX_CHANNELS + 1 }, () => new FakeDataChannel('file'));
  for (const one of opened) pc.ondatachannel({ channel: one });
  assert.equal(channels.length, MAX_CHANNELS);
  assert.equal(opened[MAX_CHANNELS].readyState, 'closed');
  opened[0].end();
  pc.ondatachannel({ channel: new FakeDataChannel('file') });
  assert.equal(channels.length, MAX_CHANNELS + 1);
});

test('a view is two sizes or nulls, and anything else is none', () => {
  assert.deepEqual(viewOf({ camera: { width: 3, height: 2, depth: 1 }, screen: null }), { camera: { width: 3, height: 2 }, screen: null });
  assert.deepEqual(viewOf({ camera: null, screen: { width: 1e9, height: 1 } }), { camera: null, screen: { width: 16_384, height: 1 } });
  for (const bad of [null, 1, 'x', {}, { camera: null }, { camera: { width: 0, height: 1 }, screen: null },
    { camera: { width: '1', height: 1 }, screen: null }, { camera: null, screen: { width: NaN, height: 1 } }]) {
    assert.equal(viewOf(bad), null);
  }
});

test('the voice is asked for with error correction and without silence, what is shared in stereo', () => {
  const audio = 'm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n';
  const bare = 'm=audio 9 UDP/TLS/RTP/SAVPF 109\r\na=rtpmap:109 opus/48000/2\r\n';
  const video = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n';
  const tuned = tuneSound(`v=0\r\n${audio}${video}${bare}`);
  assert.equal(tuned, `v=0\r\n${audio.replace('useinbandfec=1', 'useinbandfec=1;usedtx=1')}${video}${
    bare}a=fmtp:109 useinbandfec=1;stereo=1\r\n`);
  assert.equal(tuneSound(tuned), tuned);
  assert.equal(tuneSound('rubbish'), 'rubbish');
});
