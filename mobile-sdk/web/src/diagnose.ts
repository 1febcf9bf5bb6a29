/** Looks at everything a call needs, before it is needed. No words for people: each finding has a code. */
import { stateOfError } from './capture.ts';

export type DiagnosisCheck = 'secure' | 'server' | 'socket' | 'webrtc' | 'microphone' | 'camera' | 'speaker';

export interface DiagnosisItem {
  check: DiagnosisCheck;
  ok: boolean;
  /** `ok`, or what is wrong: `not-secure`, `unreachable`, `offline`, `not-connected`, `unsupported`, `denied`, `inUse`, `absent`, `silent`. */
  code: string;
  /** For support; not for patients. */
  detail: string | null;
}

export type Diagnosis = DiagnosisItem[];

export interface DiagnoseOptions {
  baseUrl: string;
  fetch?: typeof fetch;
  /** Whether the socket is up; none: not started. */
  socketOnline?: boolean | null;
}

/** Microphones give some noise within this time. */
const LISTEN_MS = 600;
/** A live microphone in the quietest room is well above it; digital silence is exactly zero. */
const SILENCE = 0.00001;

export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const found: Diagnosis = [];
  const add = (check: DiagnosisCheck, code = 'ok', detail: string | null = null) =>
    found.push({ check, ok: code === 'ok', code, detail });

  if (globalThis.isSecureContext) add('secure');
  else add('secure', 'not-secure', globalThis.location?.origin ?? null);
  await checkServer(options, add);
  if (options.socketOnline !== undefined && options.socketOnline !== null) {
    add('socket', options.socketOnline ? 'ok' : 'not-connected');
  }
  checkWebRtc(add);
  await checkSource('microphone', add);
  await checkSource('camera', add);
  await checkSpeaker(add);
  return found;
}

type Add = (check: DiagnosisCheck, code?: string, detail?: string | null) => void;

async function checkServer({ baseUrl, fetch: request = fetch }: DiagnoseOptions, add: Add): Promise<void> {
  if (globalThis.navigator?.onLine === false) return add('server', 'offline');
  try {
    const answer = await request(`${baseUrl.replace(/\/+$/, '')}/healthz`, {
      signal: AbortSignal.timeout(5_000),
    });
    if (answer.status >= 500) add('server', 'unreachable', `HTTP ${answer.status}`);
    else add('server');
  } catch (error) {
    add('server', 'unreachable', String(error));
  }
}

function checkWebRtc(add: Add): void {
  if (typeof RTCPeerConnection === 'undefined') return add('webrtc', 'unsupported');
  const mimes = (kind: string) =>
    (RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? []).map((c) => c.mimeType.toLowerCase());
  const video = mimes('video');
  const usable = video.includes('video/vp8') || video.includes('video/h264');
  if (mimes('audio').includes('audio/opus') && usable) add('webrtc');
  else add('webrtc', 'unsupported', [...new Set(video)].join(' '));
}

async function checkSource(kind: 'microphone' | 'camera', add: Add): Promise<void> {
  const devices = globalThis.navigator?.mediaDevices;
  if (devices === undefined) return add(kind, 'denied', 'no secure context');
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia(kind === 'microphone' ? { audio: true } : { video: true });
  } catch (error) {
    return add(kind, stateOfError(error), String(error));
  }
  try {
    const label = stream.getTracks()[0]?.label ?? null;
    if (kind === 'microphone' && (await loudness(stream)) < SILENCE) add(kind, 'silent', label);
    else add(kind, 'ok', label);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** The loudest sample within a moment; "loud" where it cannot be measured. */
async function loudness(stream: MediaStream): Promise<number> {
  if (typeof AudioContext === 'undefined') return 1;
  const context = new AudioContext();
  try {
    await context.resume();
    // Without a tap the context stays suspended and would hear nothing: that is no finding about the microphone.
    if (context.state !== 'running') return 1;
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let heard = 0; heard < LISTEN_MS; heard += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatTimeDomainData(samples);
      for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
    }
    return loudest;
  } catch {
    return 1;
  } finally {
    await context.close().catch(() => undefined);
  }
}

async function checkSpeaker(add: Add): Promise<void> {
  const list = await globalThis.navigator?.mediaDevices?.enumerateDevices?.().catch(() => null);
  // Many browsers list no loudspeakers at all; only a list that shows other devices can say one is missing.
  if (list?.some((d) => d.kind === 'audiooutput') || !list?.some((d) => d.kind === 'audioinput'))
    add('speaker');
  else if ('setSinkId' in HTMLMediaElement.prototype) add('speaker', 'absent');
  else add('speaker');
}
