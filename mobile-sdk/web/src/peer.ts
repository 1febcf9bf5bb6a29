/** One media connection: answers the server's one offer, and says how it fares. */
import type { PeerState } from './media-machine.ts';
import type { RoomStats } from './room-stats.ts';
import { readStats } from './room-stats.ts';
import type { ConnectionId, LegId } from './types.ts';

/** Sound and picture of one slot; the slot keeps them while people come and go. */
export interface Slot {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

/** What we send. */
export interface OwnTracks {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

/** Upper bound for our picture, bit/s. Higher: sharper wounds; lower: a weak uplink still carries sound. */
const VIDEO_MAX_BITRATE = 900_000;
const UP_AUDIO_MID = '0';
const UP_VIDEO_MID = '1';

export type PeerFactory = () => RTCPeerConnection;

/** What `connect` says of this browser: the codecs it both sends and shows. Nothing where it does not tell. */
export function videoCodecs(): { video?: ('vp8' | 'h264')[] } {
  if (typeof RTCRtpSender === 'undefined' || typeof RTCRtpReceiver === 'undefined') return {};
  const has = (side: typeof RTCRtpSender | typeof RTCRtpReceiver, name: string) =>
    side.getCapabilities?.('video')?.codecs.some((c) => c.mimeType.toLowerCase() === `video/${name}`) ===
    true;
  const video = (['vp8', 'h264'] as const).filter((n) => has(RTCRtpSender, n) && has(RTCRtpReceiver, n));
  return video.length > 0 ? { video } : {};
}

export class Peer {
  readonly connection: ConnectionId;
  readonly slots: Slot[] = [];
  /** Who is in which slot, from `map`. */
  people: (LegId | null)[] = [];
  readonly #pc: RTCPeerConnection;
  readonly #slotOfMid = new Map<string, number>();
  readonly #onState: (state: PeerState) => void;
  #last: PeerState | null = null;
  #closed = false;

  constructor(connection: ConnectionId, make: PeerFactory, onState: (state: PeerState) => void) {
    this.connection = connection;
    this.#onState = onState;
    this.#pc = make();
    this.#pc.ontrack = (event) => this.#track(event);
    this.#pc.onconnectionstatechange = () => this.#state();
    this.#pc.oniceconnectionstatechange = () => this.#state();
  }

  /**
   * The answer to `sdp`, with our sound and picture on the server's first two m-lines. They are asked for only when
   * the m-lines are there: from then on `replace` reaches them.
   */
  async answer(sdp: string, tracks: () => OwnTracks): Promise<string> {
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    for (const transceiver of this.#pc.getTransceivers()) {
      if (transceiver.mid !== UP_AUDIO_MID && transceiver.mid !== UP_VIDEO_MID) continue;
      // Also without a track: a camera that is switched on later then needs no new negotiation.
      transceiver.direction = 'sendonly';
      const { audio, video } = tracks();
      await transceiver.sender.replaceTrack(transceiver.mid === UP_AUDIO_MID ? audio : video);
    }
    const answer = await this.#pc.createAnswer();
    await this.#pc.setLocalDescription(answer);
    // No candidates are needed: the server learns ours from the checks it receives.
    await this.#limitBitrate();
    return this.#pc.localDescription?.sdp ?? answer.sdp ?? '';
  }

  /** Sends another track from now on; none stops sending and keeps the negotiation. */
  async replace(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    const mid = kind === 'audio' ? UP_AUDIO_MID : UP_VIDEO_MID;
    const sender = this.#pc.getTransceivers().find((t) => t.mid === mid)?.sender;
    if (!this.#closed) await sender?.replaceTrack(track);
  }

  async stats(): Promise<RoomStats> {
    const report = await this.#pc.getStats();
    return readStats(report as unknown as Iterable<[string, unknown]>, (mid) => {
      const slot = this.#slotOfMid.get(mid);
      return slot === undefined ? null : (this.people[slot] ?? null);
    });
  }

  close(): void {
    this.#closed = true;
    this.#pc.ontrack = null;
    this.#pc.onconnectionstatechange = null;
    this.#pc.oniceconnectionstatechange = null;
    this.#pc.close();
  }

  #track({ track, streams, transceiver }: RTCTrackEvent): void {
    const slot = Number(/^s(\d+)$/.exec(streams[0]?.id ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(slot)) return;
    while (this.slots.length <= slot) this.slots.push({ audio: null, video: null });
    const found = this.slots[slot];
    if (found === undefined) return;
    if (track.kind === 'audio') found.audio = track;
    else found.video = track;
    if (transceiver.mid !== null) this.#slotOfMid.set(transceiver.mid, slot);
  }

  #state(): void {
    const { connectionState, iceConnectionState } = this.#pc;
    let state: PeerState | null = null;
    if (connectionState === 'connected') state = 'connected';
    // ICE notices a dead path before the connection as a whole does.
    if (connectionState === 'disconnected' || iceConnectionState === 'disconnected') state = 'disconnected';
    if (connectionState === 'failed' || iceConnectionState === 'failed') state = 'failed';
    if (state === null || state === this.#last) return;
    this.#last = state;
    this.#onState(state);
  }

  async #limitBitrate(): Promise<void> {
    const sender = this.#pc.getTransceivers().find((t) => t.mid === UP_VIDEO_MID)?.sender;
    if (sender === undefined || typeof sender.getParameters !== 'function') return;
    const parameters = sender.getParameters();
    if (parameters.encodings.length === 0) return;
    for (const encoding of parameters.encodings) encoding.maxBitrate = VIDEO_MAX_BITRATE;
    parameters.degradationPreference = 'balanced';
    // A browser that refuses a limit sends without one.
    await sender.setParameters(parameters).catch(() => undefined);
  }
}
