// Runs in every page before its own scripts; notes when picture and sound of everyone with a tile arrive, whichever
// connection they come through. Times are milliseconds of performance.now().
(() => {
  /** Connections that the page has made and not closed. */
  const connections = new Set();
  let made = 0;

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.add(this);
      made += 1;
    }
    close() {
      connections.delete(this);
      super.close();
    }
  };

  /** What is known of each person, by name. */
  const people = new Map();

  const tileOf = (name) =>
    [...document.querySelectorAll('main [role="group"]')].find((tile) => tile.ariaLabel === name);

  function meet(name) {
    const person = { pictures: [], sounds: [], gone: 0, here: true, packets: 0, track: null, video: null };
    people.set(name, person);
    return person;
  }

  /** Notes each new frame that an element shows for as long as it is the person's. */
  function follow(person, video) {
    person.video = video;
    let asked = 0;
    const ask = () => {
      video.cancelVideoFrameCallback(asked);
      asked = video.requestVideoFrameCallback((_, { presentationTime, rtpTimestamp }) => {
        if (person.video !== video) return;
        // What did not come over the network is the black frame of a track that has ended.
        if (rtpTimestamp !== undefined) person.pictures.push(presentationTime);
        ask();
      });
    };
    video.addEventListener('loadstart', ask);
    ask();
  }

  function look() {
    for (const tile of document.querySelectorAll('main [role="group"]')) {
      const person = people.get(tile.ariaLabel) ?? meet(tile.ariaLabel);
      const video = tile.querySelector('video');
      if (video && video !== person.video) follow(person, video);
    }
    for (const [name, person] of people) {
      const here = Boolean(tileOf(name));
      if (person.here && !here) person.gone += 1;
      person.here = here;
    }
  }

  async function listen(name, person) {
    const track = tileOf(name)?.querySelector('audio')?.srcObject?.getTracks()[0];
    const receiver = [...connections].flatMap((pc) => pc.getReceivers()).find((one) => one.track === track);
    if (!track || !receiver) return;
    const stats = [...(await receiver.getStats()).values()].find(({ type }) => type === 'inbound-rtp');
    const packets = stats?.packetsReceived ?? 0;
    if (track !== person.track) [person.track, person.packets] = [track, 0];
    if (packets > person.packets) person.sounds.push(performance.now());
    person.packets = packets;
  }

  /** Milliseconds without anything that are a pause; less is what a busy machine does. */
  const pause = 1000;

  /** How many times there are after a mark, the longest while without any, and since when there was no pause. */
  function arrivals(times, mark) {
    const after = times.filter((time) => time > mark);
    const now = performance.now();
    let [last, longest, steady] = [mark, 0, after.length ? after[0] - mark : -1];
    for (const time of [...after, now]) {
      longest = Math.max(longest, time - last);
      if (time - last > pause) steady = time === now ? -1 : time - mark;
      last = time;
    }
    return { count: after.length, longest, steady, elapsed: now - mark };
  }

  const flow = {
    now: () => performance.now(),

    /** How many connections the page has made so far. */
    made: () => made,

    /** What arrived from a person since a mark, and how often their tile went away at all. */
    since(name, mark) {
      const { pictures, sounds, gone } = people.get(name) ?? meet(name);
      return { pictures: arrivals(pictures, mark), sounds: arrivals(sounds, mark), gone };
    },
  };
  Object.defineProperty(window, 'moimFlow', { value: flow });

  new MutationObserver(look).observe(document, { subtree: true, childList: true });
  setInterval(() => {
    for (const [name, person] of people) listen(name, person);
  }, 100);
})();
