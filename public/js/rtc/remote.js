import { KINDS } from './transceivers.js';

/** @import { Healing, Ladder } from './ladder.js' */
/** @import { FailReason, Link, LinkState } from './link.js' */
/** @import { Score } from './quality.js' */
/** @import { Tracks } from './transceivers.js' */
/**
 * What comes from a peer.
 * @typedef {Tracks & {state: LinkState, reason: FailReason|null, healing: Healing, audioOnly: boolean,
 *   quality: Score|null, frozen: boolean, silent: boolean, paused: boolean}} Remote
 *   `reason`: why `state` is `failed`; `healing`: what is being done about lost media, whatever `state` is;
 *   `audioOnly`: pictures go neither way for now, whatever presence says; `quality`: null where it is not known;
 *   `frozen`: the camera's picture, `silent`: the voice should come and does not; `paused`: the
 *   camera's picture does not come, as that side has too little room for it
 */

/** Before anything has come. @type {Remote} */
export const NOTHING = {
  audio: null, camera: null, screen: null, screenAudio: null, state: 'connecting', reason: null, healing: '', audioOnly: false,
  quality: null, frozen: false, silent: false, paused: false,
};

/**
 * @param {Remote} before whose tracks stand until there are newer ones
 * @param {Link|null} link null where the browser has no connection to give
 * @param {Pick<Ladder, 'healing'|'resting'>} ladder
 * @param {Pick<Remote, 'quality'|'frozen'|'silent'|'paused'>} arrival
 * @returns {Remote} `before` where nothing is another
 */
export function describe(before, link, ladder, arrival) {
  const next = { ...before, ...status(link, ladder.resting), healing: ladder.healing, ...arrival };
  for (const kind of KINDS) next[kind] = link?.remote[kind] ?? before[kind];
  const keys = /** @type {(keyof Remote)[]} */ (Object.keys(next));
  return keys.every((key) => next[key] === before[key]) ? before : next;
}

/**
 * @param {Link|null} link
 * @param {boolean} resting nothing is being tried, so what does not connect has failed
 * @returns {Pick<Remote, 'state'|'reason'|'audioOnly'>}
 */
function status(link, resting) {
  if (!link) return { state: 'failed', reason: 'rejected', audioOnly: false };
  const { state, reason, audioOnly, heard } = link;
  if (state !== 'connecting' || !resting) return { state, reason, audioOnly };
  return { state: 'failed', reason: heard ? 'no-route' : 'no-answer', audioOnly };
}
