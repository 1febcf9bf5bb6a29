/**
 * Runs in every page before its own scripts: keeps connections where a test can ask them, notes when things were
 * first seen, and counts ring tones. It changes nothing the page does.
 */
export function watch() {
  const seen = {};
  const kept = { pcs: [], tones: 0, seen, clicks: {}, sent: {}, frames: {}, errors: [], sockets: [], locks: [] };
  window.yobanWatch = kept;
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...args) {
      super(...args);
      this.madeBeside = kept.pcs.filter((pc) => pc.connectionState !== 'closed').length;
      kept.pcs.push(this);
    }
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      kept.sockets.push(this);
    }
  };
  if (window.WakeLock) {
    const request = WakeLock.prototype.request;
    WakeLock.prototype.request = async function (...args) {
      const lock = await request.apply(this, args);
      kept.locks.push(lock);
      return lock;
    };
  }
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...args) {
    if (this.context.state === 'running') kept.tones += 1;
    return start.apply(this, args);
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const said = typeof data === 'string' ? JSON.parse(data).message : null;
    for (const reading of said?.readings ?? []) kept.sent[reading.vital.kind] ??= Date.now();
    return send.call(this, data);
  };
  window.addEventListener('error', (event) => kept.errors.push(String(event.message)));
  document.addEventListener(
    'click',
    (event) => {
      const id = event.target.closest?.('[data-testid]')?.dataset.testid;
      if (id) kept.clicks[id] = Date.now();
    },
    true,
  );
  const note = () => {
    for (const element of document.querySelectorAll('[data-testid]')) seen[element.dataset.testid] ??= Date.now();
    for (const value of document.querySelectorAll('[data-testid^=vital-] .value')) {
      const key = `${value.closest('[data-testid]').dataset.testid} has a value`;
      if (/\d/.test(value.textContent)) seen[key] ??= Date.now();
    }
    for (const element of document.querySelectorAll('[data-testid] video')) {
      const id = element.closest('[data-testid]').dataset.testid;
      if (element.watched) continue;
      element.watched = true;
      element.requestVideoFrameCallback(() => {
        kept.frames[id] ??= Date.now();
      });
    }
  };
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
}
