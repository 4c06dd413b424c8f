/**
 * Text without the characters that embed, override or isolate a direction (UAX #9, sections 2.1 to 2.4), with which what
 * is shown can be made to look like something else.
 * @param {string} text
 */
export const withoutBidiControls = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/gu, '');
