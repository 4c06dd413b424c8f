import { t } from '../i18n/index.js';

/** @typedef {import('../rtc/mesh.js').Remote} Remote */
/** @typedef {{text: string, remedy: boolean}} Status `text`: empty where all is well; `remedy`: trying again may help */

/** @type {Pick<Remote, 'state' | 'reason' | 'healing' | 'audioOnly'>} */
const nothing = { state: 'connecting', reason: null, healing: '', audioOnly: false };

/**
 * What stands in the way of someone's picture and sound.
 * @param {(typeof nothing & Partial<Pick<Remote, 'frozen' | 'silent' | 'paused'>>) | undefined} link none before there is one
 * @param {object} peer
 * @param {string} peer.name
 * @param {boolean} [peer.away] whether the server has lost them
 * @param {boolean} [peer.mic]
 * @param {boolean} [peer.camera]
 * @param {boolean} [hasRelay] whether a relay was tried, too
 * @returns {Status}
 */
export function statusOf(link, { name, away = false, mic = false, camera = false }, hasRelay = false) {
  const { state, reason, healing, audioOnly, frozen, silent, paused } = {
    frozen: false, silent: false, paused: false, ...(link ?? nothing),
  };
  if (healing || state === 'disconnected' || (away && state !== 'connected')) return waiting(t('tile.reconnecting'));
  if (state === 'connecting') return waiting(t('tile.connecting'));
  if (state === 'failed') return { text: failure(reason ?? 'no-route', name, hasRelay), remedy: true };
  if (audioOnly) return waiting(t('tile.audioOnly'));
  if (camera && paused) return waiting(t('tile.paused'));
  if (camera && frozen) return { text: t('tile.frozen'), remedy: true };
  return mic && silent ? { text: t('tile.silent'), remedy: true } : waiting('');
}

/** @param {string} text @returns {Status} */
const waiting = (text) => ({ text, remedy: false });

/** @param {NonNullable<Remote['reason']>} reason @param {string} name @param {boolean} hasRelay */
function failure(reason, name, hasRelay) {
  if (reason === 'no-answer') return t('tile.waiting', { name });
  return t(reason === 'no-route' && hasRelay ? 'tile.no-route-relay' : `tile.${reason}`);
}
