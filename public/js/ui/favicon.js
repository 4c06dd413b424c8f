/** Marks the tab's icon while one is in a call. @param {boolean} inCall */
export function showInCall(inCall) {
  const link = /** @type {HTMLLinkElement | null} */ (document.querySelector?.('link[rel="icon"]'));
  if (link) link.href = inCall ? '/icon-call.svg' : '/icon.svg';
}
