import { idle } from './idle.js';

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
  const modules = paths.map((path) => new URL(path, list).href);
  document.head.append(...modules.map((href) => Object.assign(document.createElement('link'), { rel: 'modulepreload', href })));
  // Those that import come before those they import, so the last one has the least to wait for.
  for (const module of modules.reverse()) {
    await idle();
    await import(module);
  }
}
