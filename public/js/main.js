import { languageEvents } from './i18n/index.js';
import { takeKeys } from './ui/address-keys.js';
import { startAnnouncer } from './ui/announcer.js';
import { whenIdle } from './ui/idle.js';
import { startLanguage } from './ui/language-select.js';
import { roomOfPath } from './ui/room-name.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));

/** @type {{connect(): void, disconnect(): void} | null} */
let page = null;
/** Once it has been loaded. @type {typeof import('./ui/home.js').Home | null} */
let HomePage = null;

/** Draws the page of the address. @param {import('./i18n/index.js').Key} [notice] what it says besides */
async function route(notice) {
  takeKeys();
  const path = location.pathname;
  const room = roomOfPath(path);
  const next = room === null ? await home() : await roomPage(room, notice);
  if (path !== location.pathname) return;
  page?.disconnect();
  page = next;
  page.connect();
  scrollTo(0, 0);
}

async function home() {
  const { Home } = await import('./ui/home.js');
  HomePage = Home;
  whenIdle(() => import('./ui/room-page.js').catch(() => {})); // asked for again on joining
  return new Home(root, go, page instanceof Home ? page.typed : undefined);
}

/** @param {string} room @param {import('./i18n/index.js').Key} [notice] */
async function roomPage(room, notice) {
  const { RoomPage } = await import('./ui/room-page.js');
  return new RoomPage(root, room, notice);
}

/** @param {string} path @param {import('./i18n/index.js').Key} [notice] */
function go(path, notice) {
  if (path === location.pathname) return; // a second click while the page is on its way
  history.pushState(null, '', path);
  route(notice).catch(() => location.reload());
}

/** Follows links between the pages without loading them anew. @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest('a[data-page]') : null;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented) return;
  event.preventDefault();
  go(link.pathname);
}

takeKeys();
await startLanguage();
startAnnouncer();
addEventListener('popstate', () => route().catch(() => location.reload()));
document.addEventListener('click', follow);
languageEvents.addEventListener('change', () => HomePage && page instanceof HomePage && route());
await route();
