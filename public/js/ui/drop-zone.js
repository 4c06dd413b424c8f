import { t } from '../i18n/index.js';
import { el, setText } from './dom.js';
import { icon } from './icons.js';

/** Takes files that are dropped anywhere on the page, or pasted. */
export class DropZone {
  #drop;
  #target;
  #text = el('p', {});
  #veil = el('div', { class: 'drop-veil', hidden: true }, el('div', { class: 'drop-sign' }, icon('attach'), this.#text));

  /**
   * @param {object} options
   * @param {(files: File[]) => void} options.drop
   * @param {() => string | null} options.target name of the one person who alone gets them; null: everyone
   */
  constructor({ drop, target }) {
    this.#drop = drop;
    this.#target = target;
  }

  connect() {
    document.body.append(this.#veil);
    document.addEventListener('dragover', this.#over);
    document.addEventListener('dragleave', this.#left);
    document.addEventListener('drop', this.#dropped);
    document.addEventListener('paste', this.#pasted);
  }

  disconnect() {
    document.removeEventListener('dragover', this.#over);
    document.removeEventListener('dragleave', this.#left);
    document.removeEventListener('drop', this.#dropped);
    document.removeEventListener('paste', this.#pasted);
    this.#veil.remove();
  }

  /** @param {DragEvent} event */
  #over = (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const busy = modal();
    event.dataTransfer.dropEffect = busy ? 'none' : 'copy';
    const name = this.#target();
    setText(this.#text, name === null ? t('files.dropAll') : t('files.dropOne', { name }));
    this.#veil.hidden = busy;
  };

  /** @param {DragEvent} event */
  #left = (event) => {
    if (!event.relatedTarget) this.#veil.hidden = true;
  };

  /** @param {DragEvent} event */
  #dropped = (event) => {
    this.#veil.hidden = true;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (!modal()) this.#take(filesOf(event.dataTransfer));
  };

  /** @param {ClipboardEvent} event */
  #pasted = (event) => {
    if (!event.clipboardData || modal()) return;
    const files = filesOf(event.clipboardData);
    if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    this.#take(files);
  };

  /** @param {File[]} files */
  #take(files) {
    if (files.length > 0) this.#drop(files);
  }
}

/** Files, without folders, which look like files and cannot be read. @param {DataTransfer} data @returns {File[]} */
function filesOf({ items, files }) {
  const folders = [...items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry?.isDirectory);
  const names = new Set(folders.map((folder) => folder?.name));
  return [...files].filter(({ name }) => !names.has(name));
}

const modal = () => document.querySelector('dialog:modal') !== null;
