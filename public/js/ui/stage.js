import { t } from '../i18n/index.js';
import { isMixed } from '../look-alikes.js';
import { announce } from './announcer.js';
import { AudioLevels } from './audio-levels.js';
import { el, yieldFocus } from './dom.js';
import { Drawn } from './drawn.js';
import { icon } from './icons.js';
import { OwnShare } from './own-share.js';
import { Placing } from './placing.js';
import { preferences } from './preferences.js';
import { ScreenTile } from './screen-tile.js';
import { Speaker, Voice } from './speaker.js';
import { statusOf } from './tile-status.js';
import { Tile } from './tile.js';
import { HIDDEN_MS, SETTLE_MS, Views, devicePixels } from './views.js';

/** @typedef {import('../call.js').Call} Call */
/** @typedef {import('../net/protocol.js').Peer} Peer */
/** @typedef {import('../rtc/local-media.js').LocalMedia} LocalMedia */

const speakingLevel = 0.42;
/** What stands before the peer id in the id of a shared screen. */
const screenPrefix = 'screen ';

/**
 * Everyone's tiles, and the screens they share: all of one size, or one of them large. Event `speaker` (detail `{id}`,
 * null for nobody) when somebody else speaks.
 */
export class Stage extends EventTarget {
  #call;
  #media;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** By peer id, the newest last. @type {Map<string, ScreenTile>} */
  #screens = new Map();
  /** @type {string | null} */
  #pinned = null;
  #speaker = new Speaker();
  #voice = new Voice();
  #levels = new AudioLevels();
  #ground = el('div', { class: 'stage-tiles' });
  #grid = el('div', { class: 'stage-grid' }, this.#ground);
  #placing = new Placing(this.#grid, this.#ground);
  #drawn = new Drawn(this.#grid);
  #views;
  #ownShare;
  #resized = new ResizeObserver(() => this.#arrange());
  #covered = new MutationObserver(() => this.#tellViews());
  #alone = el('p', { class: 'stage-alone' }, t('call.alone'));
  #hear = el(
    'button',
    { type: 'button', class: 'button button-primary stage-hear', hidden: true, onclick: () => this.#hearAll() },
    icon('sound'),
    t('call.tapToHear'),
  );

  /** @param {Call} call @param {LocalMedia} media */
  constructor(call, media) {
    super();
    this.#call = call;
    this.#media = media;
    this.#views = new Views({ tell: (id, view) => call.setView(id, view) });
    this.#ownShare = new OwnShare(() => call.setScreen(false));
    this.element = el(
      'main',
      { class: 'stage', 'aria-label': t('call.stage'), tabindex: -1 },
      el('h1', { class: 'unseen' }, call.room.name),
      this.#ownShare.element,
      this.#grid,
      this.#alone,
      this.#hear,
    );
  }

  connect() {
    this.#levels.connect();
    this.#levels.addEventListener('levels', this.#heard);
    this.#resized.observe(this.#grid);
    this.#drawn.addEventListener('change', this.#tellViews);
    this.#covered.observe(this.element, { attributeFilter: ['inert'] });
    document.addEventListener('visibilitychange', this.#tellViews);
    document.addEventListener('fullscreenchange', this.#tellViews);
    this.update();
  }

  disconnect() {
    document.removeEventListener('visibilitychange', this.#tellViews);
    document.removeEventListener('fullscreenchange', this.#tellViews);
    this.#covered.disconnect();
    this.#drawn.removeEventListener('change', this.#tellViews);
    this.#drawn.disconnect();
    this.#views.stop();
    this.#resized.disconnect();
    this.#levels.removeEventListener('levels', this.#heard);
    this.#levels.disconnect();
    for (const tile of [...this.#tiles.values(), ...this.#screens.values()]) tile.disconnect();
    this.#tiles.clear();
    this.#screens.clear();
  }

  /** Draws who is there and what each sends. */
  update() {
    const { peers, you } = this.#call;
    for (const id of [...this.#tiles.keys()]) if (!peers.has(id)) this.#forget(id);
    for (const id of [...this.#screens.keys()]) if (!peers.get(id)?.screen) this.#endScreen(id);
    for (const peer of peers.values()) {
      if (peer.id === you) this.#showOwn(peer);
      else this.#showOther(peer);
    }
    this.#arrange();
    this.#tellViews();
  }

  /** What is pinned: the id of a peer, or of a shared screen. */
  get pinned() {
    return this.#pinned;
  }

  /** How loud everyone is. */
  get levels() {
    return this.#levels;
  }

  /** Draws anew after the layout that the person prefers has changed. */
  relayout() {
    this.#arrange();
  }

  /** @param {string} id of a peer @param {string} emoji */
  react(id, emoji) {
    this.#tiles.get(id)?.react(emoji);
  }

  /** Makes a tile large until another is, or nothing is pinned. @param {string | null} id of a peer, or of a shared screen */
  pin(id) {
    this.#pinned = id;
    this.update();
  }

  /** @param {string} id */
  #toggle(id) {
    this.pin(this.#pinned === id ? null : id);
  }

  /** @param {Tile | ScreenTile} tile */
  #add(tile) {
    tile.controls.addEventListener('change', () => this.update());
    this.#ground.append(tile.element);
    this.#drawn.watch(tile.element);
  }

  /** @param {string} id */
  #tileOf(id) {
    const known = this.#tiles.get(id);
    if (known) return known;
    const own = id === this.#call.you;
    const tile = new Tile({
      id, own, pin: () => this.#toggle(id), retry: () => this.#call.retryLink(id),
      stats: own ? undefined : () => this.#call.stats(id), soundBlocked: () => this.#askToHear(),
    });
    this.#tiles.set(id, tile);
    this.#add(tile);
    return tile;
  }

  /** @param {string} id of a peer */
  #screenOf(id) {
    const known = this.#screens.get(id);
    if (known) return known;
    const tile = new ScreenTile({
      pin: () => this.#toggle(screenPrefix + id), resized: () => this.update(),
      soundBlocked: () => this.#askToHear(), retry: () => this.#call.retryLink(id),
    });
    this.#screens.set(id, tile);
    this.#add(tile);
    return tile;
  }

  /** @param {string} id of one who has left */
  #forget(id) {
    const tile = this.#tiles.get(id);
    if (tile) this.#drawn.leave(tile.element);
    tile?.disconnect();
    this.#tiles.delete(id);
    this.#levels.watch(id, null);
    this.#speaker.forget(id);
    this.#endScreen(id);
    if (this.#pinned === id) this.#pinned = null;
  }

  /** @param {string} id of a peer */
  #endScreen(id) {
    const tile = this.#screens.get(id);
    if (!tile) return;
    this.#drawn.leave(tile.element);
    tile.disconnect();
    this.#screens.delete(id);
    if (this.#pinned === screenPrefix + id) this.#pinned = null;
  }

  /** @param {Peer} peer */
  #showOwn({ id, name }) {
    const { mic, camera, screen } = this.#media;
    const tile = this.#tileOf(id);
    tile.show({
      name, muted: !mic.on, cameraOff: !camera.on, hand: this.#call.hand, pinned: this.#pinned === id,
      status: { text: '', remedy: false },
    });
    tile.showOwn(camera.track);
    this.#levels.watch(id, mic.track);
    this.#ownShare.show({ name, on: screen.on });
  }

  /** @param {Peer} peer */
  #showOther(peer) {
    const { id, name } = peer;
    const remote = this.#call.remote.get(id);
    const tile = this.#tileOf(id);
    tile.show({
      name, hint: isMixed(name) ? t('people.mixed') : '',
      muted: !peer.mic, cameraOff: !peer.camera, hand: peer.hand, pinned: this.#pinned === id,
      soundOnly: remote?.audioOnly || remote?.paused, status: statusOf(remote, peer, this.#call.hasRelay), quality: remote?.quality,
    });
    tile.play([remote?.audio ?? null, remote?.camera ?? null]);
    tile.playOn(this.#media.speaker);
    this.#levels.watch(id, remote?.audio ?? null);
    if (peer.screen) this.#showScreen(peer);
  }

  /** @param {Peer} peer */
  #showScreen({ id, name, away }) {
    const remote = this.#call.remote.get(id);
    const tile = this.#screenOf(id);
    const pinned = this.#pinned === screenPrefix + id;
    const status = statusOf(remote, { name, away }, this.#call.hasRelay);
    tile.show({ name, pinned, status, video: remote?.screen ?? null, audio: remote?.screenAudio ?? null });
    tile.playOn(this.#media.speaker);
  }

  #arrange() {
    const { you } = this.#call;
    const people = [...this.#tiles].map(([id, { element }]) => ({ id, element, own: id === you }));
    const screens = [...this.#screens].map(([id, { element, ratio }]) => ({ id: screenPrefix + id, element, ratio }));
    const all = [...screens, ...people];
    const large = this.#largest();
    this.#placing.place(all, all.find(({ id }) => id === large) ?? null);
    this.#alone.hidden = people.length > 1;
  }

  /** The id of what is to be large, if anything: what is pinned, the newest screen, or whoever speaks. */
  #largest() {
    const newest = [...this.#screens.keys()].at(-1);
    if (this.#pinned !== null) return this.#pinned;
    if (newest !== undefined) return screenPrefix + newest;
    if (preferences.layout !== 'speaker') return null;
    return this.#speaker.id ?? [...this.#tiles.keys()].find((id) => id !== this.#call.you) ?? null;
  }

  #tellViews = () => {
    /** @type {Map<string, import('../rtc/mesh.js').View>} */
    const views = new Map();
    for (const [id, tile] of this.#tiles) {
      if (id === this.#call.you) continue;
      const camera = this.#call.peers.get(id)?.camera ? this.#viewOf(tile) : null;
      const screen = this.#screens.get(id);
      views.set(id, { camera, screen: screen ? this.#viewOf(screen) : null });
    }
    this.#views.show(views, document.hidden ? HIDDEN_MS : SETTLE_MS);
  };

  /** @param {Tile | ScreenTile} tile */
  #viewOf({ element, controls: { outside } }) {
    if (outside) return devicePixels(outside, devicePixelRatio);
    const full = document.fullscreenElement;
    if (document.hidden || this.element.inert || (full && full !== element)) return null;
    return devicePixels(this.#drawn.size(element), devicePixelRatio);
  }

  #heard = () => {
    const now = performance.now();
    /** @type {string[]} */
    const loud = [];
    for (const [id, tile] of this.#tiles) {
      const speaking = this.#levels.level(id) > speakingLevel;
      tile.speaking(speaking);
      if (id === this.#call.you) {
        if (this.#voice.hear(speaking, now)) this.#call.setSpeaking(this.#voice.on);
      } else if (speaking) loud.push(id);
    }
    if (loud.length > 1) loud.sort((a, b) => this.#levels.level(b) - this.#levels.level(a));
    if (!this.#speaker.hear(loud, now)) return;
    if (preferences.layout === 'speaker') this.#arrange();
    this.dispatchEvent(new CustomEvent('speaker', { detail: { id: this.#speaker.id } }));
  };

  #askToHear() {
    if (!this.#hear.hidden) return;
    this.#hear.hidden = false;
    announce(t('call.tapToHear'));
  }

  #hearAll() {
    yieldFocus(this.#hear, this.element);
    this.#hear.hidden = true;
    for (const [id, tile] of this.#tiles) if (id !== this.#call.you) tile.hear();
    for (const tile of this.#screens.values()) tile.hear();
  }
}
