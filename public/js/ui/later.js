/**
 * Has the modules fetched that are wanted later, without running them: the server lists them, as they are the parts of
 * the page that nothing loads from the start.
 */
export async function fetchLater() {
  const list = new URL('../later.json', import.meta.url);
  const answer = await fetch(list);
  if (!answer.ok) return;
  /** @type {string[]} */
  const modules = await answer.json();
  const links = modules.map((path) => (
    Object.assign(document.createElement('link'), { rel: 'modulepreload', href: new URL(path, list).href })
  ));
  document.head.append(...links);
}
