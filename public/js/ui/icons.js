const namespace = 'http://www.w3.org/2000/svg';

/** Outlines in a 24 by 24 box. */
const outlines = Object.freeze({
  mic: ['M12 3.5a2.8 2.8 0 0 0-2.8 2.8v5a2.8 2.8 0 0 0 5.6 0v-5A2.8 2.8 0 0 0 12 3.5Z', 'M5.5 11.2a6.5 6.5 0 0 0 13 0', 'M12 17.7v2.8'],
  micOff: ['M9.2 9.4v1.9a2.8 2.8 0 0 0 4.4 2.3', 'M14.8 10.9V6.3a2.8 2.8 0 0 0-5.3-1.2', 'M5.5 11.2a6.5 6.5 0 0 0 10.3 5.3', 'M18.5 11.2a6.5 6.5 0 0 1-.7 2.9', 'M12 17.7v2.8', 'M4 4l16 16'],
  camera: ['M5.6 6.8h7.3a2.1 2.1 0 0 1 2.1 2.1v6.2a2.1 2.1 0 0 1-2.1 2.1H5.6a2.1 2.1 0 0 1-2.1-2.1V8.9a2.1 2.1 0 0 1 2.1-2.1Z', 'M15 11l5.5-3v8L15 13'],
  cameraOff: ['M9.4 6.8h3.5A2.1 2.1 0 0 1 15 8.9v3.3', 'M15 15.2a2.1 2.1 0 0 1-2.1 2H5.6a2.1 2.1 0 0 1-2.1-2.1V8.9c0-1 .7-1.8 1.6-2', 'M15 11l5.5-3v8l-3.2-1.7', 'M4 4l16 16'],
  chat: ['M6.2 4.8h11.6a2.7 2.7 0 0 1 2.7 2.7v6.6a2.7 2.7 0 0 1-2.7 2.7h-5.6L7.6 20v-3.2H6.2a2.7 2.7 0 0 1-2.7-2.7V7.5a2.7 2.7 0 0 1 2.7-2.7Z'],
  people: ['M9.2 11.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z', 'M3.2 19.2c0-3.1 2.6-5.2 6-5.2s6 2.1 6 5.2', 'M15.6 5.1a3.2 3.2 0 0 1 0 5.8', 'M17.6 14.5c1.9.7 3.2 2.4 3.2 4.7'],
  invite: ['M10.2 13.8a3.7 3.7 0 0 0 5.3 0l3-3a3.75 3.75 0 0 0-5.3-5.3l-1 1', 'M13.8 10.2a3.7 3.7 0 0 0-5.3 0l-3 3a3.75 3.75 0 0 0 5.3 5.3l1-1'],
  leave: ['M10.5 4.5H7a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h3.5', 'M10.5 12H20', 'M16 8l4 4-4 4'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  send: ['M4.3 11.9L20 4.3l-5 15.7-3.4-6.6-7.3-1.5Z', 'M11.6 13.4l4-4.3'],
  copy: ['M9.5 9.5h9a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 8 19v-8a1.5 1.5 0 0 1 1.5-1.5Z', 'M5 15.5A1.5 1.5 0 0 1 4 14V5.5A1.5 1.5 0 0 1 5.5 4H13a1.5 1.5 0 0 1 1.5 1'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  share: ['M12 15V4', 'M7.8 8L12 3.8 16.2 8', 'M5 13v5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5'],
  down: ['M12 5v13', 'M6.5 12.5L12 18l5.5-5.5'],
  plus: ['M12 5.5v13', 'M5.5 12h13'],
  enter: ['M5 12h13', 'M12.5 6.5L18 12l-5.5 5.5'],
  globe: ['M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z', 'M3.5 12h17', 'M12 3.5c2.3 2.3 3.5 5.2 3.5 8.5s-1.2 6.2-3.5 8.5c-2.3-2.3-3.5-5.2-3.5-8.5S9.7 5.8 12 3.5Z'],
  sound: ['M4.5 9.5v5h3.2l4.8 3.8V5.7L7.7 9.5H4.5Z', 'M16 9a4.2 4.2 0 0 1 0 6', 'M18.5 6.5a7.8 7.8 0 0 1 0 11'],
  alert: ['M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z', 'M12 8v4.8', 'M12 16v.1'],
});

/** @typedef {keyof typeof outlines} IconName */

/**
 * A drawing that assistive technology skips; the control around it carries the name.
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  for (const outline of outlines[name]) {
    const path = document.createElementNS(namespace, 'path');
    path.setAttribute('d', outline);
    svg.append(path);
  }
  return svg;
}
