// Runs in every page before its own scripts, and keeps the connections, so that tests see their routes.
(() => {
  const connections = [];

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };

  const connected = () => connections.filter(({ connectionState }) => connectionState === 'connected').reverse();

  /** The pair in use; `selected` is Firefox's own. */
  const chosen = (report) => {
    const all = [...report.values()];
    const id = all.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId)?.selectedCandidatePairId;
    return report.get(id) ?? all.find(({ type, selected }) => type === 'candidate-pair' && selected);
  };

  /** The route of the newest connection that has one (W3C WebRTC Statistics, section 6.12 to 6.14). */
  window.moimRoute = async () => {
    for (const pc of connected()) {
      const report = await pc.getStats();
      const pair = chosen(report);
      if (!pair) continue;
      const [local, remote] = [report.get(pair.localCandidateId), report.get(pair.remoteCandidateId)];
      return { local: local?.candidateType ?? '', remote: remote?.candidateType ?? '', protocol: local?.relayProtocol ?? '' };
    }
    return {};
  };

  /** What has come over the newest connection: pictures that were decoded, and the energy of the sound. */
  window.moimArrived = async () => {
    const incoming = [...((await connected()[0]?.getStats())?.values() ?? [])].filter(({ type }) => type === 'inbound-rtp');
    const sum = (name) => incoming.reduce((total, entry) => total + (entry[name] ?? 0), 0);
    return { frames: sum('framesDecoded'), energy: sum('totalAudioEnergy') };
  };
})();
