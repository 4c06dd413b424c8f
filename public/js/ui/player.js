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

/** Starts the sound. @param {HTMLAudioElement} audio @param {() => void} blocked called when the browser waits for a gesture first */
export async function startSound(audio, blocked) {
  try {
    await audio.play();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') blocked();
  }
}

/**
 * Lets the sound come from a speaker; from the system's where that one is gone, or the browser cannot choose.
 * @param {HTMLAudioElement} audio
 * @param {string | null} speaker deviceId; empty for the system's, null where the browser cannot choose
 */
export function playOn(audio, speaker) {
  if (speaker === null || !audio.setSinkId || audio.sinkId === speaker) return;
  audio.setSinkId(speaker).catch(() => undefined);
}
