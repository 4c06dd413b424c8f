// What a call needs and the pages before it do not; loaded apart.
export { Call } from '../call.js';
export { CallView } from './call-view.js';
