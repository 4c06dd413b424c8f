/** What the page says about files that go from person to person, in English. */
export const filesEn = Object.freeze({
});
