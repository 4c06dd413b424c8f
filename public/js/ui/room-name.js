const longest = 64;

/**
 * The room meant by what a person typed or pasted: a name, or an invite link. Spaces become
 * `-`, characters that no room name has are dropped, the rest is cut to 64 characters.
 * @param {string} text
 * @returns {string} empty when nothing usable is left
 */
export function roomNameFrom(text) {
  const linked = /\/r\/([^/?#\s]+)/.exec(text);
  const name = linked ? decode(linked[1]) : text;
  const kept = name
    .normalize('NFC')
    .trim()
    .replace(/\s+/gu, '-')
    .replace(/[^\p{L}\p{M}\p{N}_-]/gu, '');
  return [...kept].slice(0, longest).join('');
}

/** The page path of a room. @param {string} room */
export const roomPath = (room) => `/r/${encodeURIComponent(room)}`;

/** The room of a page path, or null when it is none. @param {string} path @returns {string | null} */
export function roomOfPath(path) {
  const match = /^\/r\/([^/]+)\/?$/.exec(path);
  return match ? decode(match[1]) : null;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
