/** @typedef {'kick'|'mute'|'admit'|'room'|'delete'} HostRight */
/** @typedef {'chat'|'history'} GuestRight what everyone has without a token that says less */

/**
 * What a JWT (RFC 7519) lets its bearer do. It is only read, not verified: the server decides.
 * @param {string|undefined} token
 * @returns {ReadonlySet<string>|null} null: everything
 */
export function rightsOf(token) {
  try {
    const payload = (token ?? '').split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const { rights } = JSON.parse(atob(payload));
    return Array.isArray(rights) ? new Set(rights) : null;
  } catch {
    return null;
  }
}
