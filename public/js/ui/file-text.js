import { language, t } from '../i18n/index.js';

/** @typedef {Readonly<import('../files/transfers.js').Item>} Item */
/** @typedef {import('../i18n/index.js').Key} Key */

const units = /** @type {const} */ (['byte', 'kilobyte', 'megabyte', 'gigabyte']);

/** A size in words; thousands, as files are counted elsewhere. @param {number} bytes */
export function sizeText(bytes) {
  let power = 0;
  for (let rest = bytes; rest >= 999.5 && power < units.length - 1; rest /= 1000) power++;
  const value = bytes / 1000 ** power;
  const digits = power > 1 && value < 100 ? 1 : 0;
  return inUnit(value, units[power] ?? 'byte', digits, power === 0 ? 'long' : 'short');
}

/** How long it still takes, in words; empty while it is not known. @param {Item} item */
export function leftText({ size, done, rate }) {
  if (rate < 1) return '';
  const seconds = Math.max(1, Math.ceil((size - done) / rate));
  const [length, unit] = seconds < 60 ? [1, 'second'] : seconds < 5400 ? [60, 'minute'] : [3600, 'hour'];
  return t('files.left', { time: inUnit(Math.ceil(seconds / Number(length)), String(unit), 0, 'short') });
}

/**
 * What a row says below the name of its file.
 * @param {readonly Item[]} items one file, to one peer or to several
 * @param {(id: string) => string | null} nameOf
 */
export function lineText(items, nameOf) {
  const [item] = items;
  if (!item) return '';
  const size = sizeText(item.size);
  if (items.length > 1) return join(t('files.toMany', { size, count: items.length }), ...countTexts(items));
  const name = nameOf(item.peer) ?? t('files.somebody');
  const key = item.way === 'out' ? 'files.to' : item.private ? 'files.fromPrivately' : 'files.from';
  return join(t(key, { size, name }), stateText(item, name));
}

/** @param {Item} item @param {string} name of the peer */
export function stateText(item, name) {
  const here = item.way === 'in';
  switch (item.state) {
    case 'offered':
      return item.reason ? reasonText(item, name) : '';
    case 'waiting':
      return t('files.waiting');
    case 'active':
      return leftText(item) || t('files.starting');
    case 'paused':
      return t('files.paused');
    case 'done':
      return t(here ? 'files.saved' : 'files.received');
    case 'declined':
      return t(item.reason === 'you' ? 'files.declinedHere' : 'files.declinedThere');
    case 'cancelled':
      return item.reason === 'you' ? t('files.cancelledHere') : t('files.cancelledThere', { name });
    case 'failed':
      return reasonText(item, name);
  }
}

/** @type {Readonly<Record<string, readonly [Key, Key]>>} here, there */
const reasons = Object.freeze({
  left: ['files.failed.left', 'files.failed.left'],
  gone: ['files.failed.gone', 'files.failed.gone'],
  unreadable: ['files.failed.unreadable', 'files.failed.unreadable'],
  write: ['files.failed.writeHere', 'files.failed.writeThere'],
  'no-space': ['files.failed.noSpaceHere', 'files.failed.noSpaceThere'],
  'too-big': ['files.failed.tooBig', 'files.failed.tooBig'],
  'too-big-here': ['files.failed.tooBigHere', 'files.failed.tooBigHere'],
  'too-many': ['files.failed.tooMany', 'files.failed.tooMany'],
  broken: ['files.failed.broken', 'files.failed.broken'],
});

/** @param {Item} item @param {string} name */
function reasonText({ way, reason }, name) {
  const [here, there] = reasons[reason] ?? ['files.failed.broken', 'files.failed.broken'];
  return t(way === 'in' ? here : there, { name });
}

/** @param {readonly Item[]} items */
function countTexts(items) {
  const count = (/** @type {string[]} */ ...states) => items.filter(({ state }) => states.includes(state)).length;
  const moving = items.find(({ state, rate }) => state === 'active' && rate > 0);
  /** @type {[Key, number][]} */
  const counts = [
    ['files.countReceived', count('done')],
    ['files.countWaiting', count('waiting')],
    ['files.countDeclined', count('declined')],
    ['files.countFailed', count('failed')],
  ];
  const texts = counts.filter(([, n]) => n > 0).map(([key, n]) => t(key, { count: n }));
  if (items.every(({ state }) => state === 'cancelled')) texts.push(t('files.cancelledHere'));
  if (moving) texts.unshift(leftText(moving));
  else if (count('active') > 0) texts.unshift(t('files.starting'));
  else if (count('paused') > 0) texts.unshift(t('files.paused'));
  return texts;
}

/** @param {...string} parts */
const join = (...parts) => parts.filter(Boolean).join(' · ');

/** @param {number} value @param {string} unit @param {number} digits @param {'short'|'long'} unitDisplay */
function inUnit(value, unit, digits, unitDisplay) {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}
