import { speakOfCalls } from '../i18n/index.js';
import { ProtocolError } from '../net/protocol.js';

/** The part of the page that calls are in. */
export const loadCallPart = () => spoken(loading(import('./call-part.js')));

/** The part of the page that the check of the connection is in. */
export const loadCheckPart = () => spoken(loading(import('./check-part.js')));

/** @template T @param {Promise<T>} part @returns {Promise<T>} with what it says */
async function spoken(part) {
  const [loaded] = await Promise.all([part, loading(speakOfCalls())]);
  return loaded;
}

/** @template T @param {Promise<T>} part @returns {Promise<T>} rejects with ProtocolError where it cannot be loaded */
async function loading(part) {
  try {
    return await part;
  } catch {
    throw new ProtocolError('not-loaded');
  }
}
