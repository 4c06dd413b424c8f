import { encodeQR } from './qr.js';

/** @typedef {import('./qr-mask.js').Modules} Modules */

const namespace = 'http://www.w3.org/2000/svg';
/** Light modules around a symbol (ISO/IEC 18004, 5.3.8). */
const quiet = 4;

/**
 * A QR code as an image, one unit a module.
 * @param {string} text
 * @param {string} name what it is called
 */
export function qrDrawing(text, name) {
  const modules = encodeQR(text);
  const size = modules.length + 2 * quiet;
  const svg = document.createElementNS(namespace, 'svg');
  for (const [attribute, value] of Object.entries({
    class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': name, 'shape-rendering': 'crispEdges',
  })) svg.setAttribute(attribute, value);
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', pathOf(modules));
  svg.append(path);
  return svg;
}

/** The dark modules as SVG path data, a rectangle for each run of a row. @param {Modules} modules */
export function pathOf(modules) {
  return modules.map((row, y) => [...row.join('').matchAll(/1+/g)].map(({ 0: run, index }) =>
    `M${index + quiet} ${y + quiet}h${run.length}v1h-${run.length}z`).join('')).join('');
}
