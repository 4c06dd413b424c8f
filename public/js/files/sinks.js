/** Bytes that may be held in memory where nothing else is possible. */
export const MAX_MEMORY = 256 * 1024 ** 2;

/** @typedef {{name: string, size: number, type: string}} Wanted */
/**
 * @typedef {object} Sink
 * @property {(bytes: ArrayBuffer) => Promise<void>} write after what was written before
 * @property {() => Promise<void>} close the file is whole; the person gets it
 * @property {() => Promise<void>} abort nothing remains of it
 */
/** @typedef {(file: Wanted) => Promise<Sink|null>} OpenSink null: the person does not want to after all */

/** Why a file cannot be taken here. */
export class SinkError extends Error {
  /** @param {'no-space'|'too-big-here'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Opens the place for a file: where the person says (File System Access), else the browser's own storage and from there
 * the downloads, else memory. Called while a click is handled. Rejects with {@link SinkError}.
 * @type {OpenSink}
 */
export async function openSink(file) {
  const picker = /** @type {any} */ (globalThis).showSaveFilePicker;
  if (typeof picker === 'function') {
    try {
      return pickedSink(await picker.call(globalThis, { suggestedName: file.name }));
    } catch (error) {
      const name = /** @type {any} */ (error)?.name;
      if (name === 'AbortError') return null;
      if (name !== 'SecurityError' && name !== 'NotAllowedError' && name !== 'TypeError') throw error;
    }
  }
  const stored = await storedSink(file);
  if (stored) return stored;
  if (file.size > MAX_MEMORY) throw new SinkError('too-big-here');
  return memorySink(file);
}

/** @param {FileSystemFileHandle} handle @returns {Promise<Sink>} */
async function pickedSink(handle) {
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    close: () => stream.close(),
    abort: () => stream.abort(),
  };
}

/** @param {Wanted} file @returns {Promise<Sink|null>} null where there is no such storage */
async function storedSink(file) {
  const folder = await ownFolder().catch(() => null);
  if (!folder) return null;
  const room = await navigator.storage.estimate?.().catch(() => null);
  if (room?.quota && room.quota - (room.usage ?? 0) < file.size) throw new SinkError('no-space');
  const key = crypto.randomUUID();
  const handle = await folder.getFileHandle(key, { create: true });
  if (typeof handle.createWritable !== 'function') return null;
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    close: async () => {
      await stream.close();
      download(await handle.getFile(), file.name);
    },
    abort: async () => {
      await stream.abort();
      await folder.removeEntry(key);
    },
  };
}

/** @param {Wanted} file @returns {Sink} */
function memorySink({ name }) {
  /** @type {Blob[]} */
  let parts = [];
  return {
    write: async (bytes) => void parts.push(new Blob([bytes])),
    close: async () => {
      download(new Blob(parts, { type: 'application/octet-stream' }), name);
      parts = [];
    },
    abort: async () => {
      parts = [];
    },
  };
}

/** @type {Promise<FileSystemDirectoryHandle>|null} */
let folder = null;

/** A folder of this page alone, in the origin-private file system. */
function ownFolder() {
  folder ??= makeFolder();
  folder.catch(() => {
    folder = null;
  });
  return folder;
}

async function makeFolder() {
  const root = await navigator.storage.getDirectory();
  const all = await root.getDirectoryHandle('received', { create: true });
  await clearLeft(all);
  const key = crypto.randomUUID();
  await hold(key);
  return all.getDirectoryHandle(key, { create: true });
}

/** Removes what pages have left that are no more. @param {FileSystemDirectoryHandle} all */
async function clearLeft(all) {
  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  for await (const key of /** @type {any} */ (all).keys()) {
    if (!held.has(lockOf(key))) await all.removeEntry(key, { recursive: true }).catch(() => {});
  }
}

/** Keeps the other pages' hands off a folder for as long as this page lives. @param {string} key */
function hold(key) {
  return new Promise((resolve) => {
    navigator.locks.request(lockOf(key), () => {
      resolve(null);
      return new Promise(() => {});
    });
  });
}

/** @param {string} key */
const lockOf = (key) => `received ${key}`;

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
