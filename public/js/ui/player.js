/**
 * Plays one track in a media element in place of what it played, or nothing.
 * @param {HTMLMediaElement} player
 * @param {MediaStreamTrack | null} track
 * @returns {boolean} whether it played something else before
 */
export function playTrack(player, track) {
  const played = /** @type {MediaStream | null} */ (player.srcObject)?.getTracks()[0] ?? null;
  if (played === track) return false;
  player.srcObject = track && new MediaStream([track]);
  return true;
}
