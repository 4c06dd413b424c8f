import { t } from '../i18n/index.js';
import { sentence } from './sentence.js';

/** Who is typing, in words; nothing when nobody is. @param {string[]} names */
export function typistParts([name, other, ...more]) {
  if (!name) return [];
  if (!other) return sentence('chat.typingOne', { name });
  return more.length > 0 ? [t('chat.typingMany')] : sentence('chat.typingTwo', { name, other });
}
