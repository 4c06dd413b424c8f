import { t } from '../i18n/index.js';

/** @import { BothWays, Figures, Path } from '../rtc/figures.js' */
/** @typedef {'path'|'roundTrip'|'loss'|'bitrate'|'codecs'|'picture'} FigureName */

/** What is said of each, in the order of a list. @type {Record<FigureName, (figures: Figures) => string>} */
const TEXTS = {
  path: ({ path }) => (path ? pathText(path) : unknown()),
  roundTrip: ({ roundTrip }) => (roundTrip === null ? unknown() : millisecondsText(roundTrip)),
  loss: ({ loss }) => both(loss, (value) => percentText(value)),
  bitrate: ({ bitrate }) => both(bitrate, (value) => bitrateText(value)),
  codecs: ({ codecs }) => (codecs.length > 0 ? codecs.map((name) => (name === 'opus' ? 'Opus' : name)).join(', ') : unknown()),
  picture: ({ picture }) => (picture ? pictureText(picture) : unknown()),
};

export const FIGURE_NAMES = /** @type {FigureName[]} */ (Object.keys(TEXTS));

/** @param {FigureName} name @param {Figures | null} figures */
export function figureText(name, figures) {
  return figures ? TEXTS[name](figures) : unknown();
}

/** The way of the packets in plain words. @param {Path} path */
export function pathText({ relay, transport }) {
  if (relay === 'none') return t(transport === 'tcp' ? 'path.direct-tcp' : 'path.direct');
  if (relay === 'theirs') return t('path.theirs');
  return t(transport ? `path.${relay}-${transport}` : `path.${relay}`);
}

/** @param {number} ms */
export function millisecondsText(ms) {
  return t('figures.ms', { value: Math.max(1, Math.round(ms)) });
}

/** @param {number} bits a second */
export function bitrateText(bits) {
  if (bits < 1_000_000) return t('figures.kbit', { value: Math.round(bits / 1000) });
  return t('figures.mbit', { value: Math.round(bits / 100_000) / 10 });
}

/** @param {NonNullable<Figures['picture']>} picture */
function pictureText({ width, height, rate }) {
  return t('figures.size', { width: String(width), height: String(height), rate: Math.round(rate) });
}

/** @param {number} percent */
function percentText(percent) {
  return t('figures.percent', { value: Math.round(percent * 10) / 10 });
}

/** @param {BothWays} ways @param {(value: number) => string} text */
function both({ in: incoming, out: outgoing }, text) {
  if (incoming === null && outgoing === null) return unknown();
  const one = (/** @type {number | null} */ value) => (value === null ? unknown() : text(value));
  return t('figures.both', { in: one(incoming), out: one(outgoing) });
}

function unknown() {
  return t('figures.unknown');
}
