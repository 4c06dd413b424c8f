import { t } from '../i18n/index.js';
import { ChatLog } from './chat-log.js';
import { Composer } from './composer.js';
import { el, replaceChildren } from './dom.js';
import { panel } from './panel.js';
import { preferences } from './preferences.js';
import { sentence } from './sentence.js';
import { UnsentLines } from './unsent.js';

/** The chat: what was said, who is typing, and where one writes. */
export class ChatPanel {
  #call;
  #log;
  #composer;
  #unsent;
  #typists = el('p', { class: 'typists' });

  /** @param {import('../call.js').Call} call @param {() => void} close */
  constructor(call, close) {
    this.#call = call;
    this.#log = new ChatLog({
      transcript: call.transcript,
      older: () => call.older(),
      retry: (key) => call.retry(key),
    });
    this.#composer = new Composer({
      room: call.room.name,
      say: (text) => this.#say(text),
      typing: () => call.typing(),
    });
    const room = call.room.name;
    this.#unsent = new UnsentLines({
      transcript: call.transcript,
      write: (lines) => preferences.keepUnsent(room, lines),
    });
    this.element = panel(t('chat.title'), close, this.#log.element, this.#typists, this.#composer.element);
    this.element.classList.add('chat');
  }

  connect() {
    this.#log.connect();
    this.#call.restore(preferences.unsent(this.#call.room.name));
    this.#unsent.connect();
  }

  disconnect() {
    this.#unsent.disconnect();
    this.#log.disconnect();
  }

  /** @param {boolean} open */
  show(open) {
    if (this.element.hidden === !open) return;
    this.element.hidden = !open;
    if (open) this.#composer.focus();
  }

  update() {
    replaceChildren(this.#typists, ...typing([...this.#call.typists.values()]));
  }

  /** @param {string} text */
  #say(text) {
    this.#call.say(text);
    this.#log.toNewest();
  }
}

/** @param {string[]} names */
function typing([name, other, ...more]) {
  if (!name) return [];
  if (!other) return sentence('chat.typingOne', { name });
  return more.length > 0 ? [t('chat.typingMany')] : sentence('chat.typingTwo', { name, other });
}
