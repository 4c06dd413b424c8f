import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { el, setAttribute, setText, yieldFocus } from './dom.js';
import { icon } from './icons.js';
import { hueOf, initialsOf } from './person.js';
import { playOn, playTrack, startSound } from './player.js';
import { TileControls } from './tile-controls.js';
import { TileFigures } from './tile-figures.js';
import { Wake } from './wake.js';

/**
 * @typedef {object} TileState
 * @property {string} name
 * @property {string} [hint] what else is to be known of the name
 * @property {boolean} muted
 * @property {boolean} cameraOff
 * @property {boolean} hand whether it is raised
 * @property {boolean} pinned
 * @property {boolean} [soundOnly] the connection carries no picture
 * @property {import('./tile-status.js').Status} status
 * @property {import('./tile-figures.js').Quality | null} [quality]
 */

/** How long a reaction is to be seen, in milliseconds; how many at once. */
const reactionMs = 3000;
/** How long a state lasts before it is read out, ms. */
const tellMs = 2_500;
const mostReactions = 8;

/** One person's picture and voice. Its media elements live as long as it does. */
export class Tile {
  /** What is said of its state, and what is to be read out of it. */
  #told = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #telling;
  #own;
  #video = el('video', { class: 'tile-video', autoplay: true, playsinline: true, 'aria-hidden': 'true' });
  #audio = el('audio', { autoplay: true });
  #initials = el('span', { class: 'tile-initials', 'aria-hidden': 'true' });
  #camera = el('span', { class: 'tile-camera' }, t('tile.cameraOff'));
  #statusText = el('p');
  #retry;
  #status;
  #muted = badge('micOff', 'tile-muted', t('tile.muted'));
  #hand = badge('hand', 'tile-hand', t('tile.hand'));
  #name = el('bdi', { class: 'tile-name' });
  #hint = el('span', { class: 'unseen' });
  #sign = el('span', { class: 'tile-badge', hidden: true }, icon('alert'), this.#hint);
  #reactions = el('div', { class: 'tile-reactions', 'aria-hidden': 'true' });
  #soundBlocked;
  #speaking = false;
  #hasPicture = false;
  /** @type {TileFigures | null} */
  #figures = null;
  #wake;

  /**
   * @param {object} options
   * @param {string} options.id of the peer
   * @param {boolean} options.own
   * @param {() => void} options.soundBlocked called when the browser waits for a gesture before it plays sound
   * @param {() => void} options.pin
   * @param {() => void} [options.retry] tries to mend the connection
   * @param {() => Promise<import('../rtc/figures.js').Report | null>} [options.stats] of the connection; without, no figures are shown
   */
  constructor({ id, own, soundBlocked, pin, retry, stats }) {
    this.#own = own;
    this.#soundBlocked = soundBlocked;
    this.#video.muted = true;
    const toggled = (/** @type {boolean} */ open) => this.element.classList.toggle('has-figures', open);
    if (stats) this.#figures = new TileFigures({ stats, toggled });
    this.#video.addEventListener('resize', () => this.#pictureCame());
    this.#retry = el('button', { type: 'button', class: 'tile-retry', onclick: () => retry?.() }, t('tile.retry'));
    this.#status = el('div', { class: 'tile-status', hidden: true }, this.#statusText, this.#retry);
    this.element = el(
      'div',
      { class: own ? 'tile is-own' : 'tile', role: 'group', 'data-hue': hueOf(id) },
      this.#video,
      own ? null : this.#audio,
      el('div', { class: 'tile-face' }, this.#initials, this.#camera, this.#status, this.#figures?.element),
      this.#reactions,
      el('div', { class: 'tile-label' }, this.#hand, this.#muted, this.#name, this.#sign),
    );
    this.controls = new TileControls({ tile: this.element, video: this.#video, pin, own });
    const figures = this.#figures;
    this.element.append(
      el('div', { class: 'tile-controls' }, figures?.button, figures?.description, ...this.controls.buttons),
    );
    this.#wake = new Wake(this.element);
  }

  /** @param {TileState} state */
  show({ name, hint = '', muted, cameraOff, hand, pinned, soundOnly = false, status, quality = null }) {
    if (this.element.ariaLabel !== name) this.element.ariaLabel = name;
    this.#figures?.of(name);
    this.#figures?.rate(quality);
    this.controls.show({ name, pinned, picture: this.#hasPicture && !cameraOff && !soundOnly });
    setText(this.#name, this.#own ? t('people.you') : name);
    setText(this.#hint, hint);
    setAttribute(this.#sign, 'title', hint || null);
    this.#sign.hidden = !hint;
    setText(this.#initials, initialsOf(name));
    this.#tell(name, status.text);
    setText(this.#statusText, status.text);
    if (!status.remedy) yieldFocus(this.#retry);
    this.#retry.hidden = !status.remedy;
    this.#status.hidden = !status.text;
    this.#muted.hidden = !muted;
    this.#hand.hidden = !hand;
    this.#camera.hidden = !cameraOff;
    this.element.classList.toggle('is-camera-off', cameraOff || soundOnly);
    this.element.classList.toggle('has-status', status.text !== '');
    this.element.classList.toggle('has-remedy', status.remedy);
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
  hear() {
    return startSound(this.#audio, this.#soundBlocked);
  }

  /** @param {string | null} speaker as of {@link playOn} */
  playOn(speaker) {
    if (!this.#own) playOn(this.#audio, speaker);
  }

  /** @param {boolean} speaking */
  speaking(speaking) {
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    this.element.classList.toggle('is-speaking', speaking);
  }

  /** Lets a reaction float up. @param {string} emoji */
  react(emoji) {
    if (this.#reactions.childElementCount >= mostReactions) return;
    const reaction = el('span', { class: 'tile-reaction' }, emoji);
    reaction.style.setProperty('--drift', String(Math.random() * 2 - 1));
    this.#reactions.append(reaction);
    setTimeout(() => reaction.remove(), reactionMs);
  }

  disconnect() {
    clearTimeout(this.#telling);
    yieldFocus(this.element);
    this.#figures?.close();
    this.#wake.sleep();
    this.controls.disconnect();
    this.#video.srcObject = null;
    this.#audio.srcObject = null;
    this.element.remove();
  }

  /** Has what lasts read out. @param {string} name @param {string} text */
  #tell(name, text) {
    if (text === this.#told) return;
    this.#told = text;
    clearTimeout(this.#telling);
    if (text) this.#telling = setTimeout(() => announce(`${name}: ${text}`), tellMs);
  }

  #pictureCame() {
    if (this.#hasPicture) return;
    this.#hasPicture = true;
    this.element.classList.add('has-picture');
    this.controls.dispatchEvent(new Event('change'));
  }
}

/** @param {import('./icons.js').IconName} drawing @param {string} name a class @param {string} text */
function badge(drawing, name, text) {
  return el('span', { class: `tile-badge ${name}` }, icon(drawing), el('span', { class: 'tile-badge-text' }, text));
}
