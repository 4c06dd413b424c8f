import { t } from '../i18n/index.js';
import { dialog } from './dialog.js';
import { el } from './dom.js';

/** @typedef {import('../i18n/index.js').Key} Key */

/** Keys that are held together, and what they do. @type {[keys: () => string[], does: Key][]} */
const inCall = [
  [() => ['M'], 'shortcut.mic'],
  [() => [t('key.space')], 'shortcut.talk'],
  [() => ['V'], 'shortcut.camera'],
  [() => ['S'], 'shortcut.screen'],
  [() => ['H'], 'shortcut.hand'],
  [() => ['C'], 'shortcut.openChat'],
  [() => ['P'], 'shortcut.people'],
  [() => ['?'], 'shortcut.help'],
  [() => [t('key.escape')], 'shortcut.close'],
];

/** @type {typeof inCall} */
const inChat = [
  [() => [t('key.enter')], 'shortcut.send'],
  [() => [t('key.shift'), t('key.enter')], 'shortcut.break'],
  [() => ['↑'], 'shortcut.edit'],
];

/** The dialog that lists the keyboard shortcuts. */
export class ShortcutHelp {
  element = dialog(
    { title: t('control.shortcuts'), kind: 'shortcuts' },
    el('div', { class: 'shortcuts-columns' }, list('shortcut.call', inCall), list('shortcut.chat', inChat)),
  );

  open() {
    if (!this.element.open) this.element.showModal();
  }
}

/** @param {Key} heading @param {typeof inCall} rows */
function list(heading, rows) {
  return el(
    'section',
    {},
    el('h3', { class: 'shortcuts-heading' }, t(heading)),
    el('dl', { class: 'shortcuts-list' }, ...rows.map(([keys, does]) =>
      el('div', {}, el('dt', {}, ...keys().map((key) => el('kbd', {}, key))), el('dd', {}, t(does))))),
  );
}
