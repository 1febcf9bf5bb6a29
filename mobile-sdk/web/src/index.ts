/** Yoban for browsers. Apps import from here alone. */
export { type ClientOptions, YobanClient } from './client.ts';
export { type Diagnosis, type DiagnosisCheck, diagnose } from './diagnose.ts';
export type { Unsubscribe } from './emitter.ts';
export { LocalParticipant, type MediaDevicesError } from './local-participant.ts';
export { type Bilingual, YobanProblem } from './problem.ts';
export type { ConnectionQuality } from './quality.ts';
export { type RemoteParticipant, RemoteTrack, type TrackKind } from './remote-participant.ts';
export type { Progress, RestClient } from './rest.ts';
export { Ringer, type RingerState, type RingTone } from './ringer.ts';
export { type ConnectOptions, type DisconnectReason, Room, type RoomEvents, type RoomState } from './room.ts';
export type { PersonStats, RoomStats } from './room-stats.ts';
export type { ConnectionState } from './signal-machine.ts';
export type { KeyValueStore } from './storage.ts';
export { type CallState, CallStore } from './store.ts';
export type * from './types.ts';
