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

/**
 * Says what this side wants to hear of each sound (RFC 7587, section 6.1): the voice, which is the first, with forward
 * error correction and nothing during silence; what is shared in stereo.
 * @param {string} sdp
 */
export function tuneSound(sdp) {
  let sounds = 0;
  return sdp.split(/(?=^m=)/m).map((section) => {
    const opus = section.match(/^a=rtpmap:(\d+) opus\//mi)?.[1];
    if (!section.startsWith('m=audio') || !opus) return section;
    /** @type {Record<string, string>} */
    const wants = sounds++ === 0 ? { useinbandfec: '1', usedtx: '1' } : { useinbandfec: '1', stereo: '1' };
    return withParameters(section, opus, wants);
  }).join('');
}

/** @param {string} section @param {string} payload @param {Record<string, string>} wants */
function withParameters(section, payload, wants) {
  const line = new RegExp(`^a=fmtp:${payload} (.*?)(\\r?)$`, 'm');
  const added = (/** @type {string} */ known) => {
    const parameters = new Map(known.split(';').filter(Boolean).map((one) => /** @type {[string, string]} */ (one.trim().split('='))));
    for (const [name, value] of Object.entries(wants)) parameters.set(name, value);
    return [...parameters].map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(';');
  };
  if (line.test(section)) return section.replace(line, (_, known, end) => `a=fmtp:${payload} ${added(known)}${end}`);
  return section.replace(new RegExp(`^(a=rtpmap:${payload} .*)$`, 'm'), (map) => `${map.trimEnd()}\r\na=fmtp:${payload} ${added('')}${map.endsWith('\r') ? '\r' : ''}`);
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
