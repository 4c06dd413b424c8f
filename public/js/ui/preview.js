import { t } from '../i18n/index.js';
import { cameraFace, Control, micFace } from './control.js';
import { el, setText } from './dom.js';
import { LevelMeter } from './level-meter.js';
import { playTrack } from './player.js';

const ownVoice = 'own';

/** The own camera as others will see it, mirrored, with the switches of camera and microphone. */
export class Preview {
  #media;
  #levels;
  #meter;
  #video = el('video', { class: 'preview-video', autoplay: true, playsinline: true, 'aria-label': t('door.preview') });
  #note = el('p', { class: 'preview-note' }, t('door.starting'));
  #mic;
  #camera;
  #started = false;
  #connected = false;

  /**
   * @param {import('../rtc/local-media.js').LocalMedia} media
   * @param {import('./audio-levels.js').AudioLevels} levels
   */
  constructor(media, levels) {
    this.#media = media;
    this.#levels = levels;
    this.#meter = new LevelMeter(levels, ownVoice);
    this.#mic = new Control({ face: micFace(false), act: () => media.setMic(!media.mic.wanted) });
    this.#camera = new Control({ face: cameraFace(false), act: () => media.setCamera(!media.camera.wanted) });
    this.#video.muted = true;
    this.element = el(
      'div',
      { class: 'preview' },
      this.#video,
      this.#note,
      this.#meter.element,
      el('div', { class: 'preview-controls' }, this.#mic.element, this.#camera.element),
    );
  }

  connect() {
    this.#connected = true;
    this.#media.addEventListener('change', this.#update);
    this.#meter.connect();
    this.#update();
  }

  disconnect() {
    this.#connected = false;
    this.#media.removeEventListener('change', this.#update);
    this.#meter.disconnect();
    this.#levels.watch(ownVoice, null);
    this.#video.srcObject = null;
  }

  /** The devices have been asked for; what is missing now is off. */
  started() {
    this.#started = true;
    if (this.#connected) this.#update();
  }

  #update = () => {
    const { mic, camera } = this.#media;
    playTrack(this.#video, camera.track);
    this.#video.hidden = !camera.track;
    this.#note.hidden = Boolean(camera.track);
    setText(this.#note, this.#started ? t('tile.cameraOff') : t('door.starting'));
    this.#mic.show(micFace(mic.wanted));
    this.#camera.show(cameraFace(camera.wanted));
    this.#levels.watch(ownVoice, mic.track);
  };
}
