import { t } from '../i18n/index.js';
import { el, setAttribute, setText } from './dom.js';
import { FigureList } from './figure-list.js';
import { icon } from './icons.js';
import { playTrack } from './player.js';

/** @import { TestCall } from '../check/test-call.js' */

/** Why there is no call. @typedef {'connecting'|'failed'|'empty'} Without */

/** The own picture and sound as they come back from the server. The sound is played only when it is asked for. */
export class CheckMirror {
  #video = el('video', { autoplay: true, playsinline: true, 'aria-label': t('check.mirror'), hidden: true });
  #audio = el('audio', { autoplay: true });
  #note = el('p', { class: 'check-note' });
  #caption = el('span');
  #hear = el(
    'button',
    { type: 'button', class: 'button button-quiet', 'aria-pressed': 'false', onclick: () => this.#play(!this.#hears) },
    icon('sound'),
    this.#caption,
  );
  #figures = new FigureList(['path', 'roundTrip', 'loss', 'bitrate']);
  #hears = false;
  /** @type {TestCall | null} */
  #call = null;
  #without = /** @type {Without} */ ('connecting');

  constructor() {
    this.#video.muted = true;
    this.#audio.muted = true;
    // A picture that has not come yet leaves the note to be read.
    this.#video.addEventListener('resize', () => this.#update());
    this.element = el(
      'section',
      { class: 'check-mirror', 'aria-label': t('check.mirror') },
      el('div', { class: 'check-screen' }, this.#note, this.#video, this.#audio),
      el('p', { class: 'hint' }, t('check.mirrorText')),
      el('div', { class: 'check-hear' }, this.#hear, el('p', { class: 'hint' }, t('check.headphones'))),
      this.#figures.element,
    );
    this.#play(false);
  }

  /**
   * @param {TestCall | null} call null while there is none
   * @param {Without} without
   */
  show(call, without) {
    this.#call = call;
    this.#without = without;
    const { audio, video } = (call?.state !== 'over' && call?.remote) || { audio: null, video: null };
    playTrack(this.#video, video);
    playTrack(this.#audio, audio);
    this.#hear.disabled = !audio;
    if (!audio && this.#hears) this.#play(false);
    this.#figures.show(call?.figures ?? null);
    this.#update();
  }

  /** Plays nothing any more. */
  stop() {
    this.#play(false);
    this.show(null, 'connecting');
  }

  #update() {
    const { state } = this.#call ?? {};
    const pictured = state === 'flowing' && this.#call?.figures?.picture && this.#video.srcObject !== null;
    this.#video.hidden = !pictured;
    setText(this.#note, pictured ? '' : this.#noteText());
  }

  #noteText() {
    if (!this.#call) return t(`check.${this.#without}`);
    const { state } = this.#call;
    if (state === 'failed' || state === 'over') return t(`check.${state}`);
    return t(state === 'flowing' && this.#call.measured ? 'check.soundOnly' : 'check.connecting');
  }

  /** @param {boolean} hears */
  #play(hears) {
    this.#hears = hears;
    this.#audio.muted = !hears;
    if (hears) this.#audio.play().catch(() => undefined);
    setText(this.#caption, t(hears ? 'check.hush' : 'check.hear'));
    setAttribute(this.#hear, 'aria-pressed', String(hears));
  }
}
