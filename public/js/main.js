import { languageEvents } from './i18n/index.js';
import { startAnnouncer } from './ui/announcer.js';
import { Home } from './ui/home.js';
import { startLanguage } from './ui/language-select.js';
import { roomOfPath } from './ui/room-name.js';
import { RoomPage } from './ui/room-page.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));

/** @type {Home | RoomPage | null} */
let page = null;

/** Draws the page of the address. @param {import('./i18n/index.js').Key} [notice] what it says besides */
function route(notice) {
  page?.disconnect();
  const room = roomOfPath(location.pathname);
  page = room === null ? new Home(root, go) : new RoomPage(root, room, notice);
  page.connect();
  scrollTo(0, 0);
}

/** @param {string} path @param {import('./i18n/index.js').Key} [notice] */
function go(path, notice) {
  history.pushState(null, '', path);
  route(notice);
}

/** Follows links between the pages without loading them anew. @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest('a[data-page]') : null;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented) return;
  event.preventDefault();
  go(link.pathname);
}

await startLanguage();
startAnnouncer();
addEventListener('popstate', () => route());
document.addEventListener('click', follow);
languageEvents.addEventListener('change', () => page instanceof Home && route());
route();
