/** What the page says about files that go from person to person, in Korean. */
export const filesKo = Object.freeze({
});
