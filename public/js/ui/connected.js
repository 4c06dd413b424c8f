/** How long connections are waited for, ms: on a far way they take longer, and drawing then delays nothing. */
export const PATIENCE_MS = 200;

/**
 * Waits until the first connections to the others are made or have failed, though not for long: what takes the machine's
 * time meanwhile, such as drawing, delays the first picture.
 * @param {import('../call.js').Call} call one is in it
 * @param {import('../net/connection.js').Clock} [clock]
 * @returns {Promise<void>}
 */
export function connected(call, clock = globalThis) {
  return new Promise((resolve) => {
    const look = () => {
      if (call.phase === 'in' && [...call.remote.values()].some(({ state }) => state === 'connecting')) return;
      clock.clearTimeout(timer);
      call.removeEventListener('change', look);
      resolve();
    };
    const timer = clock.setTimeout(() => {
      call.removeEventListener('change', look);
      resolve();
    }, PATIENCE_MS);
    call.addEventListener('change', look);
    look();
  });
}
