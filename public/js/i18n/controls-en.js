/** What the page says about the controls of the call, what they open, and notices, in English. */
export const controlsEn = Object.freeze({
});
