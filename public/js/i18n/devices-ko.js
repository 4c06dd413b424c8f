/** What the page says about devices and settings, in Korean. */
export const devicesKo = Object.freeze({
});
