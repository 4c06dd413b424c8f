import { preferences } from './preferences.js';
import { isLink, roomOfPath, roomPath } from './room-name.js';

/**
 * Keeps the keys that a link to a room holds: `#host=`, which makes one host, and `#token=`, a JWT with which one comes in.
 * @param {Pick<URL, 'pathname' | 'hash'>} link
 * @returns {boolean} whether it has any
 */
export function keepKeys({ pathname, hash }) {
  const keys = new URLSearchParams(hash.slice(1));
  const [host, token] = [keys.get('host'), keys.get('token')];
  const room = roomOfPath(pathname);
  if (room && host) preferences.tryHostKey(room, host);
  if (room && token) preferences.keepToken(room, token);
  return host !== null || token !== null;
}

/**
 * Keeps the keys of a link that was pasted, maybe without its scheme or with words around it; those of another server
 * are nothing for this one.
 * @param {string} text
 */
export function keepPastedKeys(text) {
  const [found = ''] = /\S+\/r\/\S+/.exec(text) ?? [];
  const link = isLink(found) ? found : `https://${found}`;
  if (URL.canParse(link) && new URL(link).host === location.host) keepKeys(new URL(link));
}

/** Takes the keys out of the address, where nobody should see them or hand them on. */
export function takeKeys() {
  if (location.hash && keepKeys(location)) history.replaceState(history.state, '', location.pathname + location.search);
}

/** The link that makes whoever opens it host of a room. @param {string} room @param {string} key */
export const hostLink = (room, key) => new URL(`${roomPath(room)}#host=${encodeURIComponent(key)}`, location.origin).href;
