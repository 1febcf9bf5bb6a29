import type { Id, SourceState } from '../wire.ts';

/** A picture that can be shown in a video element. */
export interface Picture {
  attach(element: HTMLVideoElement): unknown;
  detach(element: HTMLVideoElement): unknown;
}

/** What is seen and heard of one other person. */
export interface Seat {
  picture: Picture | null;
  speaking: boolean;
}

/** The media of a call as a screen needs it. */
export interface MediaView {
  state: 'disconnected' | 'connecting' | 'connected' | 'reconnecting';
  quality: 'unknown' | 'good' | 'fair' | 'poor' | 'lost';
  microphone: SourceState;
  camera: SourceState;
  own: Picture | null;
  /** One's own picture is the face: shown as in a mirror. */
  mirrored: boolean;
  seats: ReadonlyMap<Id, Seat>;
  /** Loudspeakers to choose from; empty where the browser cannot choose. */
  speakers: readonly { id: string; label: string }[];
  speaker: string;
  /** There is more than one camera. */
  canFlip: boolean;
  /** The browser refuses to play sound until somebody taps. */
  soundBlocked: boolean;
}

export interface MediaControls {
  microphone(on: boolean): void;
  camera(on: boolean): void;
  flip(): void;
  speaker(id: string): void;
  retry(): void;
  startSound(): void;
}

export const noMedia: MediaView = {
  state: 'disconnected',
  quality: 'unknown',
  microphone: 'on',
  camera: 'on',
  own: null,
  mirrored: true,
  seats: new Map(),
  speakers: [],
  speaker: '',
  canFlip: false,
  soundBlocked: false,
};
