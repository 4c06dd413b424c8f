import { language, t } from '../i18n/index.js';
import { isMixed } from '../look-alikes.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { hueOf, initialsOf } from './person.js';

/** @typedef {import('../net/protocol.js').Peer} Peer */

/**
 * @typedef {object} PersonActs what may be done with somebody; null: not that
 * @property {(() => void) | null} write
 * @property {(() => void) | null} mute
 * @property {(() => void) | null} remove
 */

/**
 * Somebody in the call.
 * @param {Peer} peer
 * @param {{own: boolean, place: number, acts: PersonActs}} options `place`: of the raised hand in their order, from 1; 0: it
 *   is not
 */
export function personRow(peer, { own, place, acts: { write, mute, remove } }) {
  const { id, name, role, mic, camera, screen, away } = peer;
  const marks = [own && t('people.you'), screen && t('people.sharing'), away && t('tile.reconnecting')].filter((mark) => mark !== false);
  const cameraSign = device(camera ? 'camera' : 'cameraOff', camera ? t('people.cameraOn') : t('tile.cameraOff'), camera);
  return el(
    'li',
    { class: 'person' },
    ...who(
      peer,
      place > 0 && handMark(place),
      role === 'host' && pill('host', t('people.host')),
      marks.join(' · '),
      isMixed(name) && pill('alert', t('people.mixed')),
      remove && cameraSign,
    ),
    write && act(`write ${id}`, 'chat', t('people.message', { name }), write),
    mute && mic
      ? act(`mute ${id}`, 'mic', t('people.mute', { name }), mute)
      : device(mic ? 'mic' : 'micOff', mic ? t('people.micOn') : t('tile.muted'), mic),
    !remove && cameraSign,
    remove && act(`remove ${id}`, 'exit', t('people.remove', { name }), remove),
  );
}

/**
 * Somebody who waits to be let in.
 * @param {Peer} peer
 * @param {{admit: () => void, decline: () => void}} acts
 */
export function knockRow(peer, { admit, decline }) {
  const { id, name } = peer;
  return el(
    'li',
    { class: 'person', tabindex: '-1' },
    ...who(peer, isMixed(name) && pill('alert', t('people.mixed'))),
    answer(`admit ${id}`, 'button-primary', t('knock.admit'), t('knock.admitName', { name }), admit),
    answer(`decline ${id}`, 'button-quiet', t('knock.decline'), t('knock.declineName', { name }), decline),
  );
}

/** @param {Peer} peer @param {...(Node | string | false | null)} marks */
const who = ({ id, name }, ...marks) => [
  face(id, name),
  el('span', { class: 'person-text' }, personName(name), el('span', { class: 'person-marks' }, ...marks)),
];

/** @param {string} id @param {string} name */
const face = (id, name) => el('span', { class: 'avatar', 'data-hue': hueOf(id), 'aria-hidden': 'true' }, initialsOf(name));

/** @param {string} name */
const personName = (name) => el('span', { class: 'person-name' }, el('bdi', {}, name));

/** A drawing with words, which no name can contain. @param {import('./icons.js').IconName} drawing @param {string} text */
const pill = (drawing, text) => el('span', { class: `person-pill is-${drawing}` }, icon(drawing), text);

/** @param {number} place */
function handMark(place) {
  const text = t('people.inOrder', { place });
  return el(
    'span',
    { class: 'person-hand', title: text },
    icon('hand'),
    el('span', { 'aria-hidden': 'true' }, new Intl.NumberFormat(language).format(place)),
    el('span', { class: 'unseen' }, text),
  );
}

/**
 * @param {string} key by which the panel finds it again
 * @param {import('./icons.js').IconName} drawing
 * @param {string} text
 * @param {() => void} onclick
 */
function act(key, drawing, text, onclick) {
  return el(
    'button',
    { type: 'button', class: 'round-button is-plain', 'data-act': key, 'aria-label': text, title: text, onclick },
    icon(drawing),
  );
}

/** @param {string} key @param {string} kind @param {string} text @param {string} name which holds the text @param {() => void} onclick */
function answer(key, kind, text, name, onclick) {
  return el('button', { type: 'button', class: `button ${kind}`, 'data-act': key, 'aria-label': name, onclick }, text);
}

/** @param {import('./icons.js').IconName} name @param {string} text @param {boolean} on */
function device(name, text, on) {
  return el(
    'span',
    { class: on ? 'person-device' : 'person-device is-off', title: text },
    icon(name),
    el('span', { class: 'unseen' }, text),
  );
}
