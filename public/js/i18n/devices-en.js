/** What the page says about devices and settings, in English. */
export const devicesEn = Object.freeze({
});
