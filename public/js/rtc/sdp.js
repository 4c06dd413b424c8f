/**
 * Names the RTCPeerConnection that wrote a description: its first DTLS fingerprint (RFC 8122, section 5).
 * @param {string} [sdp]
 * @returns {string} empty when there is none
 */
export function fingerprint(sdp = '') {
  return sdp.match(/^a=fingerprint:\s*(.+?)\s*$/m)?.[1].toLowerCase() ?? '';
}

/**
 * Whether a candidate belongs to the ICE session of a description (RFC 8839, section 5.4). One that does not say where
 * it belongs does.
 * @param {RTCIceCandidateInit} candidate
 * @param {string} sdp
 */
export function fits({ usernameFragment }, sdp) {
  if (!usernameFragment) return true;
  return [...sdp.matchAll(/^a=ice-ufrag:(.+?)\s*$/gm)].some(([, ufrag]) => ufrag === usernameFragment);
}

const MARK = /^a=moim-offer:(\w+)\r?\n/m;

/**
 * Marks an offer with a name of its own, or an answer with the name of the offer it answers (docs/protocol.md); who
 * does not know the attribute ignores it (RFC 8866, section 5.13).
 * @param {string} sdp
 * @param {string} name empty: no mark
 */
export function mark(sdp, name) {
  return name ? `${sdp}a=moim-offer:${name}\r\n` : sdp;
}

/**
 * @param {string} sdp
 * @returns {{name: string, sdp: string}} the mark, empty without one, and the rest
 */
export function unmark(sdp) {
  return { name: sdp.match(MARK)?.[1] ?? '', sdp: sdp.replace(MARK, '') };
}
