import { t } from '../i18n/index.js';
import { AudioLevels } from './audio-levels.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { fitTiles, ownTileFloats, startLines } from './layout.js';
import { Tile } from './tile.js';

/** @typedef {import('../call.js').Call} Call */
/** @typedef {import('../rtc/local-media.js').LocalMedia} LocalMedia */

const speakingLevel = 0.42;
const gap = 8;

/** Everyone's tiles: the others fill the space; the own one is small in a corner, or among them where there is no room. */
export class Stage {
  #call;
  #media;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #levels = new AudioLevels();
  #resized = new ResizeObserver(() => this.#arrange());
  #grid = el('div', { class: 'stage-grid' });
  #alone = el('p', { class: 'stage-alone' }, t('call.alone'));
  #hear = el(
    'button',
    { type: 'button', class: 'button button-primary stage-hear', hidden: true, onclick: () => this.#hearAll() },
    icon('sound'),
    t('call.tapToHear'),
  );

  /** @param {Call} call @param {LocalMedia} media */
  constructor(call, media) {
    this.#call = call;
    this.#media = media;
    this.element = el(
      'main',
      { class: 'stage', 'aria-label': t('call.stage') },
      el('h1', { class: 'unseen' }, call.room.name),
      this.#grid,
      this.#alone,
      this.#hear,
    );
  }

  connect() {
    this.#levels.connect();
    this.#levels.addEventListener('levels', this.#outline);
    this.#resized.observe(this.#grid);
    this.update();
  }

  disconnect() {
    this.#resized.disconnect();
    this.#levels.removeEventListener('levels', this.#outline);
    this.#levels.disconnect();
    for (const tile of this.#tiles.values()) tile.disconnect();
    this.#tiles.clear();
  }

  /** Draws who is there and what each sends. */
  update() {
    const { peers, you } = this.#call;
    for (const [id, tile] of this.#tiles) {
      if (peers.has(id)) continue;
      tile.disconnect();
      this.#levels.watch(id, null);
      this.#tiles.delete(id);
    }
    for (const peer of peers.values()) {
      const tile = this.#tileOf(peer.id);
      if (peer.id === you) this.#showOwn(tile, peer);
      else this.#showOther(tile, peer);
    }
    this.#arrange();
  }

  /** @param {string} id */
  #tileOf(id) {
    const known = this.#tiles.get(id);
    if (known) return known;
    const own = id === this.#call.you;
    const stats = own ? undefined : () => this.#call.stats(id);
    const tile = new Tile({ id, own, stats, soundBlocked: () => (this.#hear.hidden = false) });
    this.#tiles.set(id, tile);
    this.#grid.append(tile.element);
    return tile;
  }

  /** @param {Tile} tile @param {import('../net/protocol.js').Peer} peer */
  #showOwn(tile, peer) {
    const { mic, camera } = this.#media;
    tile.show({ name: peer.name, muted: !mic.on, cameraOff: !camera.on, status: '' });
    tile.showOwn(camera.track);
    this.#levels.watch(peer.id, mic.track);
  }

  /** @param {Tile} tile @param {import('../net/protocol.js').Peer} peer */
  #showOther(tile, peer) {
    const remote = this.#call.remote.get(peer.id);
    tile.show({
      name: peer.name,
      muted: !peer.mic,
      cameraOff: !peer.camera,
      soundOnly: remote?.audioOnly,
      status: statusText(remote, peer.away, this.#call.hasRelay),
    });
    tile.play([remote?.audio ?? null, remote?.camera ?? null]);
    this.#levels.watch(peer.id, remote?.audio ?? null);
  }

  #arrange() {
    const own = this.#tiles.get(this.#call.you)?.element;
    const all = [...this.#tiles.values()].map((tile) => tile.element);
    const { clientWidth: width, clientHeight: height } = this.#grid;
    const floats = ownTileFloats({ count: all.length, width, height });
    const shown = floats ? all.filter((element) => element !== own) : all;
    const grid = fitTiles({ count: shown.length, width, height, gap });
    const lines = startLines(shown.length, grid.columns);
    this.#grid.style.gridTemplateColumns = `repeat(${grid.columns * 2}, ${(grid.width - gap) / 2}px)`;
    this.#grid.style.gridAutoRows = `${grid.height}px`;
    for (const [index, element] of shown.entries()) {
      const line = lines[index];
      element.style.gridColumn = line === null ? 'span 2' : `${line} / span 2`;
    }
    own?.classList.toggle('is-floating', floats);
    if (own && floats) own.style.gridColumn = '';
    this.#grid.style.setProperty('--tile-width', `${grid.width}px`);
    const topEnd = shown[Math.min(grid.columns, shown.length) - 1];
    for (const element of all) {
      element.classList.toggle('is-under', floats && element === shown.at(-1));
      element.classList.toggle('is-top-end', floats && element === topEnd);
    }
    this.#alone.hidden = all.length > 1;
  }

  #outline = () => {
    for (const [id, tile] of this.#tiles) tile.speaking(this.#levels.level(id) > speakingLevel);
  };

  #hearAll() {
    this.#hear.hidden = true;
    for (const [id, tile] of this.#tiles) if (id !== this.#call.you) tile.hear();
  }
}

/**
 * What stands in the way of someone's picture and sound, or nothing.
 * @param {Pick<import('../rtc/mesh.js').Remote, 'state' | 'reason' | 'healing' | 'audioOnly'>} [link] none before there is one
 * @param {boolean} [away] whether the server has lost them
 * @param {boolean} [hasRelay] whether a relay was tried, too
 */
export function statusText(
  { state, reason, healing, audioOnly } = { state: 'connecting', reason: null, healing: '', audioOnly: false }, away = false, hasRelay = false,
) {
  if (healing || state === 'disconnected' || (away && state !== 'connected')) return t('tile.reconnecting');
  if (state === 'connecting') return t('tile.connecting');
  if (state === 'failed' && (reason ?? 'no-route') === 'no-route' && hasRelay) return t('tile.no-route-relay');
  if (state === 'failed') return t(`tile.${reason ?? 'no-route'}`);
  return audioOnly ? t('tile.audioOnly') : '';
}
