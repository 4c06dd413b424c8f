import { makeRoom } from '../net/rooms.js';
import { preferences } from './preferences.js';

/**
 * The key to come into a room with. Where there is no such room and anybody may make it, it is made, so that whoever
 * comes first is its host. Who comes with a token is what that says, and makes none.
 * @param {string} room
 * @param {import('../net/rooms.js').RoomInfo | null} info null where nothing is known of it
 * @param {string} [token]
 * @returns {Promise<string | undefined>} undefined: one comes as a guest. Never rejects: joining says what is wrong
 */
export async function hostKeyFor(room, info, token) {
  if (!info || info.exists || !info.open || info.token || token) return preferences.hostKey(room);
  try {
    const { hostKey } = await makeRoom({ name: room, public: false });
    preferences.keepHostKey(room, hostKey);
    return hostKey;
  } catch {
    return preferences.hostKey(room);
  }
}
