import { ProtocolError } from './protocol.js';

/** @import { Connection } from './connection.js' */
/** @import { JoinRequest, JoinedMessage } from './protocol.js' */

/**
 * Opens the connection and joins a room over it.
 * @param {Connection} connection not connected yet
 * @param {JoinRequest} request
 * @returns {Promise<JoinedMessage>} rejects with {@link ProtocolError}
 */
export async function enter(connection, request) {
  await new Promise((resolve, reject) => {
    connection.addEventListener('open', resolve, { once: true });
    connection.addEventListener('close', () => reject(new ProtocolError('closed')), { once: true });
    connection.connect();
  });
  const reply = await connection.request(request);
  if (reply.type !== 'joined') throw new ProtocolError('bad-message');
  return reply;
}
