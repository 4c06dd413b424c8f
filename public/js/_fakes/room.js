import { Call } from '../call.js';
import { LocalMedia } from '../rtc/local-media.js';
import { FakeStream, twoDevices } from './media.js';
import { fakePeerConnections } from './peer-connection.js';
import { collect, still, task } from './tasks.js';
import { fakeWebSockets } from './web-socket.js';

/** @typedef {import('../net/protocol.js').Peer} Peer */
/** @typedef {import('../net/protocol.js').ChatMessage} ChatMessage */

/** @param {string} id @param {Partial<Peer>} [more] @returns {Peer} */
export function peer(id, more) {
  return {
    id, name: id.toUpperCase(), role: 'guest', mic: true, camera: true, screen: false, hand: false, away: false,
    joined: '2026-11-22T12:00:00.000Z', instance: `of ${id}`, ...more,
  };
}

/** @param {number} n @param {Partial<ChatMessage>} [more] @returns {ChatMessage} */
export function chatMessage(n, more) {
  return { n, seq: n, key: `k${n}`, from: 'a', name: 'A', text: `line ${n}`, at: '2026-11-22T12:00:00.000Z', ...more };
}

/** @param {any} [more] */
export function joined(more) {
  return {
    type: 'joined', re: 1, resumed: false, session: 'token', got: 0, you: 'm',
    peers: [peer('m')], ice: [], messages: [],
    room: {
      name: 'tea', topic: '', public: false, locked: false, lobby: false, hasPassword: false,
      created: '2026-11-22T12:00:00.000Z',
    },
    more: false,
    seq: Math.max(0, ...(more?.messages ?? []).map((/** @type {ChatMessage} */ { seq }) => seq)),
    ...more,
  };
}

/** A call of the peer `m` whose server, devices and connections are fakes. */
export function makeCall({ devices = twoDevices(), clock = still } = {}) {
  const { WebSocket, sockets } = fakeWebSockets();
  const { RTCPeerConnection, connections } = fakePeerConnections();
  const media = new LocalMedia({ mediaDevices: /** @type {any} */ (devices) });
  const call = new Call({
    media, url: 'ws://moim.test/ws', clock, WebSocket, RTCPeerConnection, random: () => 0.5,
    MediaStream: /** @type {any} */ (FakeStream),
  });
  return { call, media, devices, sockets, connections, changes: collect(call, 'change') };
}

/**
 * The same, already in a room.
 * @param {any} [answer] fields of the `joined` frame
 */
export async function makeJoinedCall(answer) {
  const all = makeCall();
  await all.media.start();
  const joining = all.call.join({ room: 'tea', name: 'Mina' });
  const [socket] = all.sockets;
  socket.open();
  await task();
  socket.receive(joined(answer));
  await joining;
  socket.sent.length = 0;
  all.changes.length = 0;
  return { ...all, socket };
}

/** What a transcript shows, an entry each. @param {Call} call */
export function shape({ chat }) {
  return chat.transcript.entries.map((entry) => {
    if (entry.kind === 'notice') return `${entry.what} ${entry.name}${entry.newName ? ` ${entry.newName}` : ''}`;
    return `${entry.state} ${entry.text}`;
  });
}
