import { sentencePieces } from '../i18n/index.js';
import { el } from './dom.js';

/**
 * A sentence whose values keep their own direction of writing.
 * @param {import('../i18n/index.js').Key} key
 * @param {Readonly<Record<string, string>>} values
 * @returns {(string | HTMLElement)[]}
 */
export function sentence(key, values) {
  return sentencePieces(key, values).map((piece) => (typeof piece === 'string' ? piece : el('bdi', {}, piece.value)));
}
