import { checkKo } from './check-ko.js';
import { controlsKo } from './controls-ko.js';
import { filesKo } from './files-ko.js';
import { hostsKo } from './hosts-ko.js';
import { tilesKo } from './tiles-ko.js';

/** What only calls and the check of the connection need, in Korean. */
export const callKo = Object.freeze({ ...checkKo, ...controlsKo, ...filesKo, ...hostsKo, ...tilesKo });
