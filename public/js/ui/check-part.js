// What the check of the connection needs and the door does not; loaded apart.
export { ConnectionCheck } from '../check/connection-check.js';
export { CheckDialog } from './check-dialog.js';
