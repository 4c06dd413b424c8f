import { t } from '../i18n/index.js';
import { el, setText, yieldFocus } from './dom.js';
import { icon } from './icons.js';
import { playOn, playTrack, startSound } from './player.js';
import { TileControls } from './tile-controls.js';
import { Wake } from './wake.js';

/** A screen that somebody shares, whole, with its sound. */
export class ScreenTile {
  #video = el('video', { class: 'tile-video', autoplay: true, playsinline: true, 'aria-hidden': 'true' });
  #audio = el('audio', { autoplay: true });
  #statusText = el('p', { class: 'tile-status-text' }, t('tile.connecting'));
  #retry;
  #status;
  #name = el('span', { class: 'tile-name' });
  #soundBlocked;
  #wake;

  /**
   * @param {object} options
   * @param {() => void} options.soundBlocked called when the browser waits for a gesture before it plays sound
   * @param {() => void} options.pin
   * @param {() => void} options.resized called when the picture has another shape
   * @param {() => void} options.retry
   */
  constructor({ soundBlocked, pin, resized, retry }) {
    this.#soundBlocked = soundBlocked;
    this.#video.muted = true;
    this.#video.addEventListener('resize', () => {
      this.element.classList.add('has-picture');
      resized();
    });
    this.#retry = el('button', { type: 'button', class: 'tile-retry', hidden: true, onclick: retry }, t('tile.retry'));
    this.#status = el('div', { class: 'tile-status' }, this.#statusText, this.#retry);
    this.element = el(
      'div',
      { class: 'tile is-screen', role: 'group' },
      this.#video,
      this.#audio,
      el('div', { class: 'tile-face' }, this.#status),
      el('div', { class: 'tile-label' }, el('span', { class: 'tile-badge' }, icon('screen')), this.#name),
    );
    this.controls = new TileControls({ tile: this.element, video: this.#video, pin });
    this.element.append(el('div', { class: 'tile-controls' }, ...this.controls.buttons));
    this.#wake = new Wake(this.element);
  }

  /**
   * @param {{name: string, pinned: boolean, status: import('./tile-status.js').Status, video: MediaStreamTrack | null,
   *   audio: MediaStreamTrack | null}} state
   */
  show({ name, pinned, status, video, audio }) {
    const title = t('tile.screenOf', { name });
    if (this.element.ariaLabel !== title) this.element.ariaLabel = title;
    setText(this.#name, title);
    this.controls.show({ name: title, pinned, picture: this.#video.videoWidth > 0 });
    const text = status.text || (this.#video.videoWidth ? '' : t('tile.connecting'));
    setText(this.#statusText, text);
    this.#status.hidden = !text;
    if (!status.remedy) yieldFocus(this.#retry);
    this.#retry.hidden = !status.remedy;
    this.element.classList.toggle('has-status', text !== '');
    this.element.classList.toggle('has-remedy', status.remedy);
    if (video) playTrack(this.#video, video);
    if (audio && playTrack(this.#audio, audio)) this.hear();
  }

  /** Width by height of the picture; null before there is one. */
  get ratio() {
    return this.#video.videoWidth && this.#video.videoWidth / this.#video.videoHeight || null;
  }

  hear() {
    return startSound(this.#audio, this.#soundBlocked);
  }

  /** @param {string | null} speaker as of {@link playOn} */
  playOn(speaker) {
    playOn(this.#audio, speaker);
  }

  disconnect() {
    yieldFocus(this.element);
    this.#wake.sleep();
    this.controls.disconnect();
    this.#video.srcObject = null;
    this.#audio.srcObject = null;
    this.element.remove();
  }
}
