import { t } from '../i18n/index.js';
import { watchRooms } from '../net/rooms.js';
import { el, replaceChildren } from './dom.js';
import { icon } from './icons.js';
import { roomPath } from './room-name.js';

/** @typedef {import('../net/rooms.js').PublicRoom} PublicRoom */

/** The live list of public rooms. */
export class RoomList {
  #watch = watchRooms();
  #list = el('ul', { class: 'rooms-list', 'aria-label': t('home.rooms'), hidden: true });
  #empty = el('p', { class: 'rooms-empty', hidden: true }, t('home.noRooms'));

  constructor() {
    const heading = el('h2', { id: 'rooms-heading' }, t('home.rooms'));
    this.element = el(
      'section',
      { class: 'rooms card', 'aria-labelledby': 'rooms-heading' },
      heading,
      this.#list,
      this.#empty,
    );
  }

  connect() {
    this.#watch.addEventListener('rooms', this.#show);
    this.#watch.connect();
  }

  disconnect() {
    this.#watch.removeEventListener('rooms', this.#show);
    this.#watch.disconnect();
  }

  /** @param {Event} event */
  #show = (event) => {
    const rooms = /** @type {CustomEvent<PublicRoom[]>} */ (event).detail;
    const focused = document.activeElement?.getAttribute('href');
    replaceChildren(this.#list, ...rooms.map(roomItem));
    this.#list.hidden = rooms.length === 0;
    this.#empty.hidden = rooms.length > 0;
    for (const link of this.#list.querySelectorAll('a')) {
      if (focused && link.getAttribute('href') === focused) link.focus();
    }
  };
}

/** @param {PublicRoom} room */
function roomItem({ name, topic, peers }) {
  return el(
    'li',
    { class: 'room' },
    el(
      'div',
      { class: 'room-text' },
      el('span', { class: 'room-name' }, name),
      topic ? el('span', { class: 'room-topic' }, topic) : null,
      el('span', { class: 'room-count' }, icon('people'), t('home.count', { count: peers })),
    ),
    el(
      'a',
      {
        class: 'button button-quiet',
        href: roomPath(name),
        'data-page': true,
        'aria-label': t('home.enter', { room: name }),
      },
      t('home.join'),
      icon('enter'),
    ),
  );
}
