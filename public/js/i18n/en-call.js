import { checkEn } from './check-en.js';
import { controlsEn } from './controls-en.js';
import { filesEn } from './files-en.js';
import { hostsEn } from './hosts-en.js';
import { tilesEn } from './tiles-en.js';

/** What only calls and the check of the connection need, in English. */
export const callEn = Object.freeze({ ...checkEn, ...controlsEn, ...filesEn, ...hostsEn, ...tilesEn });
