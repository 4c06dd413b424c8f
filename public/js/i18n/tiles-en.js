/** What the page says about the tiles of the call, in English. */
export const tilesEn = Object.freeze({
});
