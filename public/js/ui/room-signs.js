import { t } from '../i18n/index.js';
import { el } from './dom.js';
import { icon } from './icons.js';

/**
 * What keeps people out of a room, as drawings with words.
 * @param {Pick<import('../net/protocol.js').Room, 'locked' | 'lobby' | 'hasPassword'>} room
 * @param {{slim?: boolean}} [options] `slim`: the words are only for those who do not see the drawings
 */
export function roomSigns({ locked, lobby, hasPassword }, { slim = false } = {}) {
  const sign = (/** @type {import('./icons.js').IconName} */ drawing, /** @type {string} */ text) =>
    el('span', { class: 'room-sign', title: slim && text }, icon(drawing), el('span', { class: slim && 'unseen' }, text));
  return [
    locked && sign('lock', t('room.isLocked')),
    lobby && sign('door', t('room.hasLobby')),
    hasPassword && sign('key', t('room.hasPassword')),
  ].filter((each) => each !== false);
}
