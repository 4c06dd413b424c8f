/** Pauses before the first, second, … attempt to come back; the last one stands for all that follow. */
export const DELAYS_MS = [0, 300, 1_200, 2_700, 4_800, 7_000];

/**
 * How long to wait before an attempt, so that many clients do not come at the same moment.
 * @param {number} attempt from 0
 * @param {() => number} random from 0 to 1
 * @returns {number} milliseconds: what the table says, 20 % more or less
 */
export function retryDelay(attempt, random) {
  return DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)] * (0.8 + 0.4 * random());
}

/**
 * How long to wait when the server has said when it will be there again.
 * @param {number} after milliseconds
 * @param {() => number} random from 0 to 1
 * @returns {number} milliseconds: that and up to 20 % more
 */
export function restartDelay(after, random) {
  return after * (1 + 0.2 * random());
}
