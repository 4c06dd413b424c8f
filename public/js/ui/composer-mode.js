import { t } from '../i18n/index.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { quoted } from './quotes.js';
import { sentence } from './sentence.js';

/** What is being written, in words; nothing for a plain message to all. @param {import('./draft.js').Draft} draft */
export function modeParts({ to, reply, edit }) {
  if (edit) return [what(t('chat.editing')), about(edit.was)];
  return [
    to ? what(icon('lock'), el('span', {}, ...readerParts(to, reply !== null))) : reply && what(...answerParts(reply)),
    reply && about(reply.deleted ? t('chat.deleted') : reply.text),
  ];
}

/** @param {import('./draft.js').Person} reader @param {boolean} answers */
function readerParts({ name }, answers) {
  if (!name) return [t('chat.privateToGone')];
  return sentence(answers ? 'chat.privateReplyTo' : 'chat.privateTo', { name });
}

/** @param {import('./draft.js').Answered} answered */
function answerParts({ own, name }) {
  return own ? [t('chat.replyingToYourself')] : [el('span', {}, ...sentence('chat.replyingTo', { name }))];
}

/** @param {...import('./dom.js').Child} parts */
const what = (...parts) => el('p', { class: 'composer-mode-what' }, ...parts);

/** @param {string} text of a message */
const about = (text) => el('p', { class: 'composer-mode-about', dir: 'auto' }, quoted(text));
