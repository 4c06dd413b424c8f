/**
 * Whether a key belongs to an input method that is composing; also for the browsers that tell so by key code 229 alone
 * (UI Events, section 7.3.1).
 * @param {{isComposing: boolean, keyCode: number}} event
 */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;
