/** What the page says about the tiles of the call, in Korean. */
export const tilesKo = Object.freeze({
});
