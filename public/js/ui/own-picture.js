/**
 * Shows one local camera track in a video element, or nothing.
 * @param {HTMLVideoElement} video
 * @param {MediaStreamTrack | null} track
 */
export function showTrack(video, track) {
  const shown = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks()[0] ?? null;
  if (shown !== track) video.srcObject = track && new MediaStream([track]);
}
