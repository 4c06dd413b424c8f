import { t } from '../i18n/index.js';
import { announce } from './announcer.js';
import { reactionName } from './reactions.js';

/** @typedef {import('../i18n/index.js').Key} Key */
/** @typedef {import('../reactions.js').Reaction} Reaction */
/** @typedef {{mic: boolean, camera: boolean, screen: boolean, hand: boolean}} State */

/** How long reactions are gathered before they are told. */
export const GATHER_MS = 1_500;

/** What is said of each when it changes: on and off, of others and of oneself. @type {Record<keyof State, [on: Key, off: Key, ownOn: Key, ownOff: Key]>} */
const sentences = {
  mic: ['notice.unmuted', 'notice.muted', 'notice.youUnmuted', 'notice.youMuted'],
  camera: ['notice.cameraOn', 'notice.cameraOff', 'notice.youCameraOn', 'notice.youCameraOff'],
  screen: ['notice.screen', 'notice.screenEnded', 'notice.youScreen', 'notice.youScreenEnded'],
  hand: ['notice.hand', 'notice.handDown', 'notice.youHand', 'notice.youHandDown'],
};

/** Tells in words who came and went, what everyone switches, raised hands, and reactions of others. */
export class CallAnnouncer {
  #call;
  #media;
  /** @type {Map<string, State>} */
  #states = new Map();
  /** Notices the log has shown; it may show them again. @type {WeakSet<object>} */
  #shown = new WeakSet();
  /** Names of those who reacted since the last time it was told. @type {Map<Reaction, string[]>} */
  #reactions = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} options
   * @param {import('../call.js').Call} options.call
   * @param {import('../rtc/local-media.js').LocalMedia} options.media
   */
  constructor({ call, media }) {
    this.#call = call;
    this.#media = media;
  }

  connect() {
    this.#changes();
    this.#call.chat.transcript.addEventListener('change', this.#notices);
    this.#call.addEventListener('reaction', this.#reacted);
  }

  disconnect() {
    this.#call.chat.transcript.removeEventListener('change', this.#notices);
    this.#call.removeEventListener('reaction', this.#reacted);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reactions.clear();
  }

  update() {
    const changes = this.#changes();
    if (changes.length > 0) announce(changes.join('. '));
  }

  /** @param {Event} event */
  #notices = (event) => {
    const { added } = /** @type {CustomEvent<import('../chat/transcript.js').TranscriptChange>} */ (event).detail;
    for (const entry of added) {
      if (entry.kind !== 'notice' || this.#shown.has(entry)) continue;
      this.#shown.add(entry);
      announce(t(`notice.${entry.what}`, { name: entry.name, newName: entry.newName ?? '' }));
    }
  };

  #changes() {
    const { peers, you } = this.#call;
    const said = [];
    for (const peer of peers.values()) {
      const own = peer.id === you;
      const now = own ? this.#ownState() : stateOf(peer);
      const before = this.#states.get(peer.id) ?? now;
      this.#states.set(peer.id, now);
      for (const [what, keys] of entriesOf(sentences)) {
        if (before[what] === now[what]) continue;
        said.push(t(keys[Number(!now[what]) + 2 * Number(own)], { name: peer.name }));
      }
    }
    for (const id of this.#states.keys()) if (!peers.has(id)) this.#states.delete(id);
    return said;
  }

  #ownState() {
    const { mic, camera, screen } = this.#media;
    return { mic: mic.on, camera: camera.on, screen: screen.on, hand: this.#call.hand };
  }

  /** @param {Event} event */
  #reacted = (event) => {
    const { id, emoji } = /** @type {CustomEvent<{id: string, emoji: Reaction}>} */ (event).detail;
    const name = this.#call.peers.get(id)?.name;
    if (id === this.#call.you || name === undefined) return;
    this.#reactions.set(emoji, [...(this.#reactions.get(emoji) ?? []), name]);
    this.#timer ??= setTimeout(() => this.#tellReactions(), GATHER_MS);
  };

  #tellReactions() {
    this.#timer = undefined;
    const said = [...this.#reactions].map(([emoji, names]) => {
      const reaction = reactionName(emoji);
      if (names.length === 1) return t('reaction.of', { name: names[0], reaction });
      return t('reaction.ofMany', { reaction, count: names.length });
    });
    this.#reactions.clear();
    announce(said.join('. '));
  }
}

/** @param {State} peer @returns {State} */
const stateOf = ({ mic, camera, screen, hand }) => ({ mic, camera, screen, hand });

/** @template {string} K @template V @param {Record<K, V>} object @returns {[K, V][]} */
const entriesOf = (object) => /** @type {[K, V][]} */ (Object.entries(object));
