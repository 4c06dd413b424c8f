// Two meshes in one page, with an ordered and slow way between them; both renegotiate at once, again and again.
(async (rounds) => {
  const { Mesh } = await import('/js/rtc/mesh.js');

  const seconds = 20;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (what, holds) => {
    for (const end = performance.now() + seconds * 1000; !(await holds()); await pause(20)) {
      if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s, ${ends.map(String).join('; ')}`);
    }
  };
  /** Pseudo-random, the same in each run (Park and Miller). */
  let seed = 20261122;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

  /** A picture that changes all the time. */
  const screen = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
    const context = canvas.getContext('2d');
    let hue = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${hue += 7} 80% 50%)`;
      context.fillRect(0, 0, 160, 120);
    }, 50);
    return canvas.captureStream(20).getVideoTracks()[0];
  };

  class End {
    connections = [];
    way = Promise.resolve();

    constructor(you) {
      const { connections } = this;
      this.you = you;
      this.screen = screen();
      this.mesh = new Mesh({
        you,
        iceServers: [],
        send: (signal) => this.send(signal),
        RTCPeerConnection: class extends RTCPeerConnection {
          constructor(configuration) {
            super(configuration);
            connections.push(this);
          }
        },
      });
    }

    get other() {
      return ends.find((end) => end !== this);
    }

    get remote() {
      return this.mesh.remote.get(this.other.you);
    }

    get connection() {
      return this.connections.at(-1);
    }

    send(signal) {
      this.way = this.way.then(() => pause(random() * 10)).then(() => {
        this.other.mesh.receive({ ...signal, from: this.you });
      });
    }

    /** Frames of the other's screen, packets of their sound, frames of their camera; so far. */
    async came() {
      const counts = { screen: 0, audio: 0, camera: 0 };
      for (const entry of (await this.connection.getStats()).values()) {
        if (entry.type !== 'inbound-rtp') continue;
        for (const kind of Object.keys(counts)) {
          if (this.remote[kind]?.id !== entry.trackIdentifier) continue;
          counts[kind] += kind === 'audio' ? entry.packetsReceived : entry.framesDecoded;
        }
      }
      return counts;
    }

    get settled() {
      return this.connection.signalingState === 'stable' && this.remote.state === 'connected';
    }

    toString() {
      const { signalingState, connectionState } = this.connection;
      return `${this.you} ${signalingState} ${connectionState} ${JSON.stringify(this.remote)}`;
    }
  }

  const ends = [];
  ends.push(new End('a'), new End('b'));
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
  for (const { mesh, other } of ends) {
    mesh.setTrack('audio', stream.getAudioTracks()[0]);
    mesh.setTrack('camera', stream.getVideoTracks()[0]);
    mesh.add({ id: other.you, instance: other.you, mic: true, camera: true, away: false });
  }
  await until('both connect', () => ends.every(({ settled }) => settled));

  let collisions = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const { mesh, screen: track } of ends) {
      mesh.networkChanged();
      mesh.setTrack('screen', round % 2 ? null : track);
    }
    await pause(random() * 30);
    if (ends.every(({ connection }) => connection.signalingState === 'have-local-offer')) collisions++;
  }
  if (collisions < rounds / 10) throw new Error(`only ${collisions} collisions`);

  await until('both settle', () => ends.every(({ settled }) => settled));
  const before = await Promise.all(ends.map((end) => end.came()));
  await until('media flow', async () => {
    const now = await Promise.all(ends.map((end) => end.came()));
    return now.every((counts, i) => Object.keys(counts).every((kind) => counts[kind] >= before[i][kind] + 5));
  });
  for (const { connections, you } of ends) {
    if (connections.length !== 1) throw new Error(`${you} has made ${connections.length} connections`);
  }
  for (const { mesh, screen: track } of ends) {
    mesh.close();
    track.stop();
  }
  for (const track of stream.getTracks()) track.stop();
  return `${collisions} collisions`;
})
