import { t } from '../i18n/index.js';
import { el } from './dom.js';
import { icon } from './icons.js';

/** The button that asks which files to send. @param {(files: File[]) => void} send */
export function fileButton(send) {
  const input = el('input', {
    type: 'file', multiple: true, hidden: true, tabindex: -1,
    onchange: () => {
      const files = [...(input.files ?? [])];
      input.value = '';
      if (files.length > 0) send(files);
    },
  });
  const name = t('files.send');
  const open = () => input.click();
  return [
    el(
      'button',
      { type: 'button', class: 'round-button is-plain', 'aria-label': name, title: name, onclick: open },
      icon('attach'),
    ),
    input,
  ];
}
