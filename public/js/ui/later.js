import { idle } from './idle.js';

/** So many are fetched at once: more would keep the page busy with what nobody waits for. */
const AT_ONCE = 6;

/**
 * Has the modules fetched that are wanted later, and run one by one, so that nothing has to wait for all of them at once:
 * the server lists them, as they are the parts of the page that nothing loads from the start.
 */
export async function loadLater() {
  const list = new URL('../later.json', import.meta.url);
  const answer = await fetch(list);
  if (!answer.ok) return;
  /** @type {string[]} */
  const paths = await answer.json();
  // Those that import come before those they import, so the last one has the least to wait for.
  const modules = paths.map((path) => new URL(path, list).href).reverse();
  for (let i = 0; i < modules.length; i++) {
    if (i % AT_ONCE === 0) preload(modules.slice(i, i + AT_ONCE));
    await idle();
    await import(modules[i]);
  }
}

/** @param {string[]} modules */
function preload(modules) {
  document.head.append(...modules.map((href) => Object.assign(document.createElement('link'), { rel: 'modulepreload', href })));
}
