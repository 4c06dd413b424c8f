/** Does something once the page has nothing better to do. @param {() => void} act */
export function whenIdle(act) {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(act, { timeout: 2000 });
  else setTimeout(act, 500);
}
