import { t } from '../i18n/index.js';
import { el, setText } from './dom.js';
import { icon } from './icons.js';
import { hueOf, initialsOf } from './person.js';
import { playTrack } from './player.js';
import { TileFigures } from './tile-figures.js';

/**
 * @typedef {object} TileState
 * @property {string} name
 * @property {boolean} muted
 * @property {boolean} cameraOff
 * @property {boolean} [soundOnly] the connection carries no picture
 * @property {string} status why picture and sound are not there, or empty
 */

/** One person's picture and voice. Its media elements live as long as it does. */
export class Tile {
  #own;
  #video = el('video', { class: 'tile-video', autoplay: true, playsinline: true, 'aria-hidden': 'true' });
  #audio = el('audio', { autoplay: true });
  #initials = el('span', { class: 'tile-initials', 'aria-hidden': 'true' });
  #camera = el('span', { class: 'tile-camera' }, t('tile.cameraOff'));
  #status = el('p', { class: 'tile-status', hidden: true });
  #muted = el(
    'span',
    { class: 'tile-muted' },
    icon('micOff'),
    el('span', { class: 'tile-muted-text' }, t('tile.muted')),
  );
  #name = el('span', { class: 'tile-name' });
  #soundBlocked;
  /** @type {TileFigures | null} */
  #figures = null;

  /**
   * @param {object} options
   * @param {string} options.id of the peer
   * @param {boolean} options.own
   * @param {() => void} options.soundBlocked called when the browser waits for a gesture before it plays sound
   * @param {() => Promise<import('../rtc/figures.js').Report | null>} [options.stats] of the connection; without, no figures are shown
   */
  constructor({ id, own, soundBlocked, stats }) {
    this.#own = own;
    this.#soundBlocked = soundBlocked;
    this.#video.muted = true;
    const toggled = (/** @type {boolean} */ open) => this.element.classList.toggle('has-figures', open);
    if (stats) this.#figures = new TileFigures({ stats, toggled });
    this.#video.addEventListener('resize', () => this.element.classList.add('has-picture'));
    this.element = el(
      'div',
      { class: own ? 'tile is-own' : 'tile', role: 'group', 'data-hue': hueOf(id) },
      this.#video,
      own ? null : this.#audio,
      el('div', { class: 'tile-face' }, this.#initials, this.#camera, this.#status, this.#figures?.element),
      el('div', { class: 'tile-label' }, this.#muted, this.#name),
      this.#figures?.button,
    );
  }

  /** @param {TileState} state */
  show({ name, muted, cameraOff, soundOnly = false, status }) {
    if (this.element.ariaLabel !== name) this.element.ariaLabel = name;
    this.#figures?.of(name);
    setText(this.#name, this.#own ? t('people.you') : name);
    setText(this.#initials, initialsOf(name));
    setText(this.#status, status);
    this.#status.hidden = !status;
    this.#muted.hidden = !muted;
    this.#camera.hidden = !cameraOff;
    this.element.classList.toggle('is-camera-off', cameraOff || soundOnly);
    this.element.classList.toggle('has-status', status !== '');
  }

  /** @param {MediaStreamTrack | null} camera of this browser */
  showOwn(camera) {
    playTrack(this.#video, camera);
  }

  /**
   * Plays what arrives from the other side, of each kind the latest; null leaves what is there.
   * @param {(MediaStreamTrack | null)[]} tracks
   */
  play(tracks) {
    for (const track of tracks) {
      if (!track) continue;
      // An audio element starts without a picture; a video element would wait for its first frame.
      const player = track.kind === 'audio' ? this.#audio : this.#video;
      if (playTrack(player, track) && player === this.#audio) this.hear();
    }
  }

  /** Starts the sound, or reports that a gesture is needed first. */
  async hear() {
    try {
      await this.#audio.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#soundBlocked();
    }
  }

  /** @param {boolean} speaking */
  speaking(speaking) {
    this.element.classList.toggle('is-speaking', speaking);
  }

  disconnect() {
    this.#figures?.close();
    this.#video.srcObject = null;
    this.#audio.srcObject = null;
    this.element.remove();
  }
}
