import { ProtocolError } from './protocol.js';

/** How long an answer is waited for, ms. */
const PATIENCE_MS = 10_000;

/**
 * Asks the HTTP API of this server.
 * @param {typeof globalThis.fetch} fetch
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<any>} the body; rejects with {@link ProtocolError}
 */
export async function callAPI(fetch, path, init) {
  let response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS), ...init });
  } catch {
    throw new ProtocolError('closed');
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new ProtocolError(body?.error?.code ?? 'internal', body?.error?.message);
}

/** A POST of JSON. @param {unknown} body @returns {RequestInit} */
export function posted(body) {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
