// Runs in every page before its own scripts, so that tests see the real connections and devices.
(() => {
  const connections = [];
  const taken = [];

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };

  const { mediaDevices } = navigator;
  const ask = mediaDevices?.getUserMedia.bind(mediaDevices);
  if (ask) {
    mediaDevices.getUserMedia = async ({ audio, video }) => {
      if (audio && moimTest.deaf) throw new DOMException('there is no microphone', 'NotFoundError');
      const small = video && { ...video, ...moimTest.picture };
      const stream = await ask({ audio, video: small });
      taken.push(...stream.getTracks());
      return stream;
    };
  }

  const receiverOf = (track) =>
    connections.flatMap((pc) => pc.getReceivers()).find((receiver) => receiver.track === track);

  async function inbound(element, kind) {
    const [track] = element?.srcObject?.getTracks().filter((one) => one.kind === kind) ?? [];
    const stats = await receiverOf(track)?.getStats();
    return [...(stats?.values() ?? [])].find(({ type }) => type === 'inbound-rtp') ?? {};
  }

  const moimTest = {
    /** Whether there is no microphone. */
    deaf: false,

    /** What cameras are asked for, small enough for a machine that runs everyone's browser. */
    picture: { width: 320, height: 240, frameRate: 15 },

    /** What arrives in a tile. */
    async media(tile) {
      const video = tile.querySelector('video');
      const audio = tile.querySelector('audio');
      const [picture, sound] = await Promise.all([inbound(video, 'video'), inbound(audio, 'audio')]);
      return {
        frames: picture.framesDecoded ?? 0,
        width: video?.videoWidth ?? 0,
        showing: Boolean(video && !video.paused && video.getClientRects().length),
        energy: sound.totalAudioEnergy ?? 0,
        seconds: sound.totalSamplesDuration ?? 0,
        playing: Boolean(audio && !audio.paused && !audio.muted && audio.volume > 0),
      };
    },

    /** How many tracks of the own devices have not ended. */
    live: (kind) => taken.filter((track) => track.kind === kind && track.readyState === 'live').length,

    /** Addresses of all relays and address servers the page uses. */
    iceServers: () => connections.flatMap((pc) => pc.getConfiguration().iceServers).flatMap(({ urls }) => urls),

    open: () => connections.filter((pc) => pc.connectionState !== 'closed').length,

    /** Settles when so many frames have been drawn, or soon where nothing is drawn. */
    frames: async (count) => {
      for (let i = 0; i < count; i++) {
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, 100);
          requestAnimationFrame(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    },

    /** Settles when the page has changed, or soon after. */
    change: () =>
      new Promise((resolve) => {
        const done = () => {
          observer.disconnect();
          clearTimeout(timer);
          resolve(true);
        };
        const observer = new MutationObserver(done);
        const timer = setTimeout(done, 100);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      }),
  };
  Object.defineProperty(window, 'moimTest', { value: moimTest });
})();
