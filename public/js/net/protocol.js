// The wire protocol moim.v1 as the page sees it. Normative text: docs/protocol.md.

/** @typedef {{mic: boolean, camera: boolean}} Media Which of the own devices are on. */

/**
 * A member of the room.
 * @typedef {object} Peer
 * @property {string} id
 * @property {string} name
 * @property {'host'|'guest'} role
 * @property {boolean} mic
 * @property {boolean} camera
 * @property {boolean} screen
 * @property {boolean} hand
 * @property {boolean} away
 * @property {string} joined RFC 3339, UTC
 * @property {string} instance stays the same as long as its client keeps its peer connections
 */

/**
 * @typedef {object} Room
 * @property {string} name
 * @property {string} topic
 * @property {boolean} public
 * @property {boolean} locked
 * @property {boolean} lobby
 * @property {boolean} hasPassword
 * @property {string} created RFC 3339, UTC
 */

/**
 * A stored line of the chat.
 * @typedef {object} ChatMessage
 * @property {number} n place in the room's order, from 1
 * @property {number} seq the room's change number when it was last said, edited or deleted
 * @property {string} key made by the sender
 * @property {string} from peer id
 * @property {string} name the sender's name at that time
 * @property {string} text empty when deleted
 * @property {string} at RFC 3339, UTC
 * @property {string} [to] peer id; only on private ones
 * @property {number} [reply] the `n` this one answers
 * @property {string} [edited] RFC 3339, UTC: when the text was last changed
 * @property {string} [deleted] RFC 3339, UTC: when the text was taken away
 */

/** @typedef {'left'|'lost'|'kicked'} LeaveReason */

/**
 * From the server. `re` is the `id` of the request it answers.
 * @typedef {{type: 'joined', re?: number, resumed: false, session: string, got: number, you: string, room: Room,
 *   peers: Peer[], ice: RTCIceServer[], expires?: string, messages: ChatMessage[], more: boolean,
 *   seq?: number}} JoinedMessage `expires`: when the credentials in `ice` end, RFC 3339, UTC
 * @typedef {{type: 'joined', re?: number, resumed: true, session: string, got: number}} ResumedMessage
 * @typedef {{type: 'waiting', re?: number}} WaitingMessage
 * @typedef {{type: 'ok', re: number}} OkMessage
 * @typedef {{type: 'error', re?: number, code: string, message: string}} ErrorMessage
 * @typedef {{type: 'peer-joined', re?: number, peer: Peer}} PeerJoinedMessage
 * @typedef {{type: 'peer-left', re?: number, peer: string, reason: LeaveReason}} PeerLeftMessage
 * @typedef {{type: 'peer-changed', re?: number, peer: Peer}} PeerChangedMessage
 * @typedef {{type: 'offer'|'answer', re?: number, from: string, sdp: string}} DescriptionMessage
 * @typedef {{type: 'candidate', re?: number, from: string, candidate: RTCIceCandidateInit|null}} CandidateMessage
 * @typedef {{type: 'data', re?: number, from: string, data: unknown}} DataMessage
 * @typedef {{type: 'chat'|'chat-changed', re?: number, message: ChatMessage}} ChatEvent
 * @typedef {{type: 'chat-history'|'chat-search', re?: number, messages: ChatMessage[], more: boolean}} HistoryMessage
 * @typedef {{type: 'typing', re?: number, from: string}} TypingMessage
 * @typedef {{type: 'room', re?: number, room: Room}} RoomMessage
 * @typedef {{type: 'knock', re?: number, peer: Peer}} KnockMessage
 * @typedef {{type: 'knock-ended', re?: number, peer: string, reason: 'admitted'|'rejected'|'left'}} KnockEndedMessage
 * @typedef {{type: 'muted', re?: number, by: string}} MutedMessage
 * @typedef {{type: 'ice', re?: number, ice: RTCIceServer[], expires?: string}} IceMessage newer credentials, as in `joined`
 * @typedef {{type: 'session', re?: number, session: string}} SessionMessage
 * @typedef {{type: 'restarting', re?: number, after: number}} RestartingMessage
 * @typedef {{type: 'ping'|'pong', re?: number, got: number}} HeartbeatMessage
 *
 * @typedef {JoinedMessage|ResumedMessage|WaitingMessage|OkMessage|ErrorMessage|PeerJoinedMessage|PeerLeftMessage|PeerChangedMessage
 *   |DescriptionMessage|CandidateMessage|DataMessage|ChatEvent|HistoryMessage|TypingMessage|RoomMessage|KnockMessage
 *   |KnockEndedMessage|MutedMessage|IceMessage|SessionMessage|RestartingMessage|HeartbeatMessage} ServerMessage
 */

/**
 * To the server. `id` asks for a reply.
 * @typedef {{type: 'join', id?: number, room: string, name?: string, password?: string, token?: string, host?: string,
 *   media?: Media, session?: string, got?: number, attempt?: number}} JoinRequest
 * @typedef {{type: 'leave', id?: number}} LeaveRequest
 * @typedef {{type: 'offer'|'answer', id?: number, to: string, sdp: string}} DescriptionRequest
 * @typedef {{type: 'candidate', id?: number, to: string, candidate: RTCIceCandidateInit|null}} CandidateRequest
 * @typedef {{type: 'data', id?: number, to?: string, data: unknown}} DataRequest
 * @typedef {{type: 'update', id?: number, name?: string, mic?: boolean, camera?: boolean, screen?: boolean,
 *   hand?: boolean}} UpdateRequest
 * @typedef {{type: 'chat', id?: number, key: string, text: string, to?: string, reply?: number}} ChatRequest
 * @typedef {{type: 'chat-edit', id?: number, n: number, text: string}} EditRequest
 * @typedef {{type: 'chat-delete', id?: number, n: number}} DeleteRequest
 * @typedef {{type: 'chat-history', id?: number, before?: number, after?: number, since?: number,
 *   limit?: number}} HistoryRequest
 * @typedef {{type: 'chat-search', id?: number, query: string, before?: number, limit?: number}} SearchRequest
 * @typedef {{type: 'typing', id?: number}} TypingRequest
 * @typedef {{type: 'kick', id?: number, peer: string, ban?: boolean}} KickRequest
 * @typedef {{type: 'mute'|'admit'|'reject', id?: number, peer: string}} PersonRequest
 * @typedef {{public?: boolean, locked?: boolean, lobby?: boolean, password?: string, topic?: string}} RoomSettings
 * @typedef {{type: 'set-room', id?: number} & RoomSettings} SetRoomRequest `password`: empty takes it away
 * @typedef {{type: 'ping'|'pong', id?: number, got: number}} HeartbeatRequest
 *
 * @typedef {JoinRequest|LeaveRequest|DescriptionRequest|CandidateRequest|DataRequest|UpdateRequest|ChatRequest
 *   |EditRequest|DeleteRequest|HistoryRequest|SearchRequest|TypingRequest|KickRequest|PersonRequest|SetRoomRequest
 *   |HeartbeatRequest} ClientMessage
 */

/** The WebSocket subprotocol (RFC 6455, section 1.9). */
export const SUBPROTOCOL = 'moim.v1';

/** WebSocket close codes this protocol uses (RFC 6455, section 7.4). */
export const CLOSE_LEFT = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_UNSUPPORTED = 1003;
export const CLOSE_BAD_UTF8 = 1007;
export const CLOSE_POLICY = 1008;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_TOO_SLOW = 4000;
export const CLOSE_REPLACED = 4001;
export const CLOSE_SILENT = 4002;
export const CLOSE_KICKED = 4500;
export const CLOSE_REFUSED = 4501;
export const CLOSE_FAULTS = 4502;
export const CLOSE_ERASED = 4503;

const FINAL_BELOW_4500 = new Set([
  CLOSE_LEFT, CLOSE_UNSUPPORTED, CLOSE_BAD_UTF8, CLOSE_POLICY, CLOSE_TOO_BIG, CLOSE_REPLACED,
]);

/**
 * Whether a client whose socket closed with this code stays out. Any other code asks it to reconnect.
 * @param {number} code
 */
export function isFinalClose(code) {
  return FINAL_BELOW_4500.has(code) || (code >= 4500 && code <= 4999);
}

/** @typedef {'left'|'lost'|'kicked'|'erased'|'replaced'|'refused'|'faults'} EndReason */

/** @type {Map<number, EndReason>} */
const END_REASONS = new Map([
  [CLOSE_LEFT, 'left'], [CLOSE_REPLACED, 'replaced'], [CLOSE_KICKED, 'kicked'], [CLOSE_REFUSED, 'refused'],
  [CLOSE_ERASED, 'erased'],
]);

/**
 * What a close code means to the person who was in the call.
 * @param {number} code
 * @returns {EndReason} `lost` for every code that asks to reconnect
 */
export function endReason(code) {
  return END_REASONS.get(code) ?? (isFinalClose(code) ? 'faults' : 'lost');
}

/**
 * A refusal. `code` is the wire's error code, or `closed` when there was no answer because the connection went away
 * or never came about.
 */
export class ProtocolError extends Error {
  /**
   * @param {string} code
   * @param {string} [message] one plain sentence
   */
  constructor(code, message = code) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }
}

/**
 * Reads one text frame. Fields are not checked: the server is trusted to send what the protocol says.
 * @param {unknown} text
 * @returns {ServerMessage|null} null when it is not a JSON object with a string `type`
 */
export function parseServerMessage(text) {
  if (typeof text !== 'string') return null;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const isMessage = typeof value === 'object' && value !== null && !Array.isArray(value)
    && typeof value.type === 'string';
  return isMessage ? value : null;
}
