/** @import { TrackKind } from './transceivers.js' */
/** @typedef {{width: number, height: number}} Size device pixels */
/** @typedef {{camera: Size|null, screen: Size|null}} View what a page shows of a peer; null: not shown */
/**
 * @typedef {object} Encoding as of RTCRtpEncodingParameters
 * @property {boolean} active
 * @property {number} [maxBitrate] bit/s
 * @property {number} [maxFramerate] frames a second
 * @property {number} [scaleResolutionDownBy] at least 1
 * @property {RTCPriorityType} [priority]
 * @property {RTCPriorityType} [networkPriority]
 */
/** @typedef {Partial<Record<TrackKind, Encoding>>} Encodings */
/**
 * @typedef {object} Receiver of what is sent
 * @property {string} id
 * @property {View|null} view what it shows of this side; null: it does not say
 * @property {number|null} available bit/s that the browser thinks the way there has; null: not known
 */
/**
 * @typedef {object} Sources what there is to send
 * @property {Size|null} camera of its pictures; null: none
 * @property {Size|null} screen of its pictures; null: none
 * @property {boolean} screenAudio whether there is sound of the screen
 * @property {boolean} speaking whether the own voice is heard
 * @property {number} strain 0: the machine keeps up; each step more means less work, up to {@link MAX_STRAIN}
 */

/** What may go out in all, sound and headers included, bit/s: most home connections have that much to send. */
export const UPLOAD = 2_400_000;
/** The least and the most for one sound, and what its packets' headers come to, bit/s (50 a second of some 60 bytes). */
const SOUND_LEAST = 16_000;
export const VOICE = 40_000;
const SCREEN_SOUND = 64_000;
const SOUND_HEADERS = 24_000;
/** The most of the upload that goes to all voices, and to the sound of a screen. */
const VOICES_SHARE = 0.5;
const SCREEN_SOUND_SHARE = 0.3;
/** Share of the pictures' bit rate that headers and retransmissions take. */
const EXTRA = 1.1;
/** The most for one picture, bit/s. */
const CAMERA_MOST = 1_700_000;
const SCREEN_MOST = 1_500_000;
/** The least with which a camera is worth sending, bit/s. */
const LEAST = 60_000;
/** Bits for a pixel and frame with which a talking head looks good, and with which it still does; a screen hardly moves. */
const CAMERA_BITS = 0.1;
const CAMERA_LEAST_BITS = 0.06;
const SCREEN_BITS = 0.05;
const SCREEN_RATE = 15;
/** The share of what pictures may have that goes to a screen which is shared. */
const SCREEN_SHARE = 0.65;
/** What is taken to be shown where a peer does not say. @type {View} */
const UNKNOWN = { camera: { width: 640, height: 360 }, screen: { width: 1280, height: 720 } };
/** How much of what they may the cameras of those take who are silent, where there are several others. */
const SILENT = 0.7;
/** How much a strained machine is relieved: frames first, then pixels. */
export const MAX_STRAIN = 5;
const STRAIN = [
  { rate: 30, scale: 1 }, { rate: 24, scale: 1 }, { rate: 20, scale: 1 }, { rate: 15, scale: 1 }, { rate: 15, scale: 1.5 }, { rate: 12, scale: 2 },
];
/** Scales are rounded to such steps, so that small changes of a tile change nothing. */
const SCALES = [1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 8];

/**
 * What is to be sent to each of the others, so that nobody gets more than they show, and all of it fits the upload.
 * @param {Receiver[]} receivers all who are connected
 * @param {Sources} sources
 * @returns {Map<string, Encodings>}
 */
export function plan(receivers, sources) {
  const count = receivers.length;
  const voice = soundOf(count, VOICE, VOICES_SHARE);
  const screenSound = sources.screenAudio ? soundOf(count, SCREEN_SOUND, SCREEN_SOUND_SHARE) : null;
  const sounds = count * (withHeaders(voice) + (screenSound === null ? 0 : withHeaders(screenSound)));
  const { cameras, screens } = picturesOf(receivers, sources, Math.max(0, UPLOAD - sounds) / EXTRA);
  return new Map(receivers.map(({ id, available, view }, i) => [id, {
    audio: { active: true, maxBitrate: voice, priority: 'high', networkPriority: 'high' },
    ...(screenSound !== null && {
      screenAudio: { active: shown(view, 'screen') !== null, maxBitrate: screenSound, priority: 'medium', networkPriority: 'medium' },
    }),
    ...withinReach(available, {
      ...(sources.screen && { screen: picture('screen', screens[i], shown(view, 'screen'), sources) }),
      ...(sources.camera && { camera: picture('camera', cameras[i], shown(view, 'camera'), sources) }),
    }),
  }]));
}

/**
 * What each of several sounds of one kind may have, bit/s.
 * @param {number} count
 * @param {number} most
 * @param {number} part of the upload that is for all of them
 */
function soundOf(count, most, part) {
  return Math.round(Math.min(most, Math.max(SOUND_LEAST, (UPLOAD * part) / count - SOUND_HEADERS)));
}

/** @param {number} bitrate of a sound */
const withHeaders = (bitrate) => bitrate + SOUND_HEADERS;

/**
 * What each picture may have, bit/s, in the order of the receivers. Where screens leave too little for the cameras, all
 * of it is the screens'.
 * @param {Receiver[]} receivers
 * @param {Sources} sources
 * @param {number} room for all pictures, bit/s
 */
function picturesOf(receivers, sources, room) {
  const wants = receivers.map((receiver) => wantOf(receiver, sources));
  const wanted = wants.map(({ screen }) => screen);
  const screens = share(wanted, room * SCREEN_SHARE);
  const left = room - sum(screens);
  const watched = wants.filter(({ camera }) => camera > 0).length;
  if (left < watched * LEAST && sum(wanted) > 0) return { screens: share(wanted, room), cameras: wants.map(() => 0) };
  const eagerness = receivers.length > 2 && !sources.speaking ? SILENT : 1;
  const least = Math.min(LEAST, left / Math.max(1, watched));
  const cameras = share(wants.map(({ camera }) => eagerness * camera), Math.max(eagerness * left, watched * least), least);
  return { screens, cameras };
}

/** @param {View|null} view @param {'camera'|'screen'} kind */
function shown(view, kind) {
  return (view ?? UNKNOWN)[kind];
}

/**
 * What one of the others would take with enough room, bit/s.
 * @param {Receiver} receiver
 * @param {Sources} sources
 */
function wantOf({ view }, sources) {
  const camera = sources.camera && shown(view, 'camera');
  const screen = sources.screen && shown(view, 'screen');
  return {
    camera: camera ? Math.min(CAMERA_MOST, bitsFor('camera', camera, /** @type {Size} */ (sources.camera))) : 0,
    screen: screen ? Math.min(SCREEN_MOST, bitsFor('screen', screen, /** @type {Size} */ (sources.screen))) : 0,
  };
}

/** @param {'camera'|'screen'} kind @param {Size} size as shown @param {Size} source */
function bitsFor(kind, size, source) {
  const pixels = Math.min(source.width * source.height, size.width * size.height);
  const bits = kind === 'camera' ? pixels * 30 * CAMERA_BITS : pixels * SCREEN_RATE * SCREEN_BITS;
  return Math.max(2 * LEAST, bits);
}

/**
 * Gives each what it wants if there is enough; or else the least, and all the same share of what they want beyond it.
 * @param {number[]} wants 0: nothing
 * @param {number} room enough for the least of all
 * @param {number} [least] of those who want anything
 */
function share(wants, room, least = 0) {
  const all = sum(wants);
  if (all <= room) return wants;
  const leasts = sum(wants.map((want) => Math.min(want, least)));
  const part = (room - leasts) / (all - leasts);
  return wants.map((want) => Math.min(want, least) + part * Math.max(0, want - least));
}

/**
 * @param {'camera'|'screen'} kind
 * @param {number} bitrate bit/s it may have; 0: none
 * @param {Size|null} size as shown there
 * @param {Sources} sources
 * @returns {Encoding}
 */
function picture(kind, bitrate, size, sources) {
  const source = sources[kind];
  if (!size || !source || bitrate <= 0) return { active: false };
  const strain = STRAIN[Math.min(sources.strain, MAX_STRAIN)];
  const maxBitrate = Math.round(bitrate);
  const priority = { priority: /** @type {RTCPriorityType} */ (kind === 'screen' ? 'medium' : 'low') };
  if (kind === 'screen') {
    const scale = Math.max(1, covering(size, source));
    return { active: true, maxBitrate, maxFramerate: Math.min(SCREEN_RATE, strain.rate), scaleResolutionDownBy: step(scale), ...priority };
  }
  const maxFramerate = Math.min(strain.rate, maxBitrate < 150_000 ? 15 : maxBitrate < 350_000 ? 20 : 30);
  const pixels = maxBitrate / (maxFramerate * CAMERA_LEAST_BITS);
  const affordable = Math.sqrt((source.width * source.height) / pixels) * 0.8;
  const scale = Math.max(1, covering(size, source), affordable) * strain.scale;
  return { active: true, maxBitrate, maxFramerate, scaleResolutionDownBy: step(scale), ...priority };
}

/** How much smaller the source may be and still cover what is shown. @param {Size} size @param {Size} source */
function covering(size, source) {
  return Math.min(source.width / size.width, source.height / size.height);
}

/** The step at or below a scale, so that a picture is rather too sharp. @param {number} scale */
function step(scale) {
  return SCALES.findLast((one) => one <= scale + 0.01) ?? SCALES[0];
}

/**
 * Takes the pictures back to what the way there carries, the camera first.
 * @param {number|null} available
 * @param {{screen?: Encoding, camera?: Encoding}} encodings
 */
function withinReach(available, encodings) {
  if (available === null) return encodings;
  let room = Math.max(LEAST, available - withHeaders(VOICE));
  for (const kind of /** @type {const} */ (['screen', 'camera'])) {
    const encoding = encodings[kind];
    if (!encoding?.active || !encoding.maxBitrate) continue;
    const least = Math.min(1, Math.max(LEAST, room) / encoding.maxBitrate);
    if (least < 0.5) {
      const scale = (encoding.scaleResolutionDownBy ?? 1) * Math.sqrt(0.5 / least);
      encodings[kind] = { ...encoding, scaleResolutionDownBy: step(scale), maxFramerate: Math.min(15, encoding.maxFramerate ?? 15) };
    }
    room = Math.max(0, room - encoding.maxBitrate);
  }
  return encodings;
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);
