/** @typedef {'kick'|'mute'|'admit'|'room'|'delete'} HostRight */
/** @typedef {'chat'|'history'} GuestRight what everyone has without a token that says less */

/**
 * What a JWT (RFC 7519) lets its bearer do. It is only read, not verified: the server decides.
 * @param {string|undefined} token
 * @returns {ReadonlySet<string>|null} null: everything
 */
export function rightsOf(token) {
  const { rights } = claimsOf(token);
  return Array.isArray(rights) ? new Set(rights) : null;
}

/**
 * Who a JWT says its bearer is; only read, as above.
 * @param {string|undefined} token
 * @returns {{isHost: boolean, name: string}} name: empty where the bearer chooses it
 */
export function bearerOf(token) {
  const { role, name } = claimsOf(token);
  return { isHost: role === 'host', name: typeof name === 'string' ? name : '' };
}

/** @param {string|undefined} token @returns {Record<string, any>} */
function claimsOf(token) {
  try {
    const payload = (token ?? '').split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
