import { withoutBidiControls } from './bidi.js';
import { el } from './dom.js';
import { linkify } from './linkify.js';

/** The text of a message: its links can be followed, nothing else is interpreted. @param {string} text */
export function textParts(text) {
  return linkify(text).map((piece) =>
    typeof piece === 'string'
      ? withoutBidiControls(piece)
      : el('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer', title: piece.host }, piece.text),
  );
}
