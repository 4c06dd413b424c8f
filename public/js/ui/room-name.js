const longest = 64;

/** Whether a text is a link rather than a name. @param {string} text */
export const isLink = (text) => /^\s*[a-z][a-z\d+.-]*:\/\//i.test(text);

/**
 * The room meant by what a person typed or pasted: a name, or an invite link.
 * @param {string} text
 * @returns {string} empty when no room can be meant
 */
export function roomNameFrom(text) {
  const linked = /\/r\/([^/?#\s]+)/.exec(text);
  if (linked) return cleaned(decode(linked[1]));
  return isLink(text) ? '' : cleaned(text);
}

/**
 * A name of a room as the server takes them: spaces become `-`, characters that no room name has are dropped (marks
 * belong to a letter), the rest is cut to 64 characters.
 * @param {string} name
 */
function cleaned(name) {
  const kept = name
    .normalize('NFC')
    .trim()
    .replace(/\s+/gu, '-')
    .replace(/[^\p{L}\p{M}\p{Nd}_-]|\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/(?<![\p{L}\p{M}])\p{M}+/gu, '')
    .normalize('NFC');
  return [...kept].slice(0, longest).join('');
}

/** The page path of a room. @param {string} room */
export const roomPath = (room) => `/r/${encodeURIComponent(room)}`;

/**
 * The room of a page path, null when it is not the path of one, empty when no room can have that name.
 * @param {string} path
 * @returns {string | null}
 */
export function roomOfPath(path) {
  const match = /^\/r\/([^/]+)\/?$/.exec(path);
  return match ? cleaned(decode(match[1])) : null;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
