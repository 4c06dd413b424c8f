/** What the page says about the controls of the call, what they open, and notices, in Korean. */
export const controlsKo = Object.freeze({
});
