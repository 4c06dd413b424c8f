/** @import { Size, View } from './sending.js' */

/** No screen is larger, device pixels. */
const MOST = 16_384;

/**
 * Reads what another page says it shows.
 * @param {any} value
 * @returns {View|null} null when it is not that
 */
export function viewOf(value) {
  if (typeof value !== 'object' || value === null) return null;
  const [camera, screen] = [sizeOf(value.camera), sizeOf(value.screen)];
  return camera === undefined || screen === undefined ? null : { camera, screen };
}

/** @param {any} value @returns {Size|null|undefined} undefined when it is neither a size nor null */
function sizeOf(value) {
  if (value === null) return null;
  const sides = [value?.width, value?.height];
  if (!sides.every((side) => Number.isFinite(side) && side > 0)) return undefined;
  const [width, height] = sides.map((side) => Math.min(MOST, side));
  return { width, height };
}

/** @param {View|null} one @param {View|null} other */
export function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
