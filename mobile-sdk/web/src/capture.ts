/** Getting microphone and camera, and saying in one word why not. */
import type { SourceState } from './types.ts';

export type SourceKind = 'microphone' | 'camera';
export type Facing = 'user' | 'environment';

/** What to capture. */
export interface CaptureChoice {
  microphoneId: string | null;
  cameraId: string | null;
  facing: Facing;
}

/** A source, or why there is none. */
export type Captured = { track: MediaStreamTrack } | { state: SourceState; error: unknown };

/** The part of `navigator.mediaDevices` that is used; none on a page without a secure context. */
export type Devices = Pick<
  MediaDevices,
  'getUserMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'
>;

/** Why a source failed, in the server's words. */
export function stateOfError(error: unknown): SourceState {
  const name = error instanceof Error || isNamed(error) ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
    case 'PermissionDeniedError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
    case 'TrackStartError':
      return 'inUse';
    default:
      return 'absent';
  }
}

/** Asks for both at once (one question to the person), then for each alone where that failed. */
export async function capture(
  devices: Devices | null,
  wanted: { microphone: boolean; camera: boolean },
  choice: CaptureChoice,
): Promise<{ microphone: Captured | null; camera: Captured | null }> {
  if (wanted.microphone && wanted.camera && devices !== null) {
    try {
      const constraints = { audio: audioConstraints(choice), video: videoConstraints(choice) };
      const stream = await devices.getUserMedia(constraints);
      const [audio] = stream.getAudioTracks();
      const [video] = stream.getVideoTracks();
      if (audio !== undefined && video !== undefined) {
        return { microphone: { track: audio }, camera: { track: video } };
      }
      for (const track of stream.getTracks()) track.stop();
    } catch {
      // Which of the two it was, the single requests tell.
    }
  }
  return {
    microphone: wanted.microphone ? await captureOne(devices, 'microphone', choice) : null,
    camera: wanted.camera ? await captureOne(devices, 'camera', choice) : null,
  };
}

/** One source. A chosen device that is gone is no reason to send nothing: any other one will do. */
export async function captureOne(
  devices: Devices | null,
  kind: SourceKind,
  choice: CaptureChoice,
): Promise<Captured> {
  if (devices === null) return { state: 'denied', error: new Error('no secure context') };
  const any: CaptureChoice = { ...choice, microphoneId: null, cameraId: null };
  const chosen = kind === 'microphone' ? choice.microphoneId : choice.cameraId;
  let error: unknown = null;
  for (const attempt of chosen === null ? [choice] : [choice, any]) {
    try {
      const stream = await devices.getUserMedia(
        kind === 'microphone' ? { audio: audioConstraints(attempt) } : { video: videoConstraints(attempt) },
      );
      const [track] = stream.getTracks();
      if (track !== undefined) return { track };
    } catch (failure) {
      error = failure;
      if (stateOfError(failure) === 'denied') break;
    }
  }
  return { state: stateOfError(error), error };
}

function audioConstraints({ microphoneId }: CaptureChoice): MediaTrackConstraints {
  const base = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return microphoneId === null ? base : { ...base, deviceId: { exact: microphoneId } };
}

/** 640x480: enough for a face and a wound, and three of them fit an old tablet's processor. */
function videoConstraints({ cameraId, facing }: CaptureChoice): MediaTrackConstraints {
  const size = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 20, max: 24 } };
  return cameraId === null
    ? { ...size, facingMode: { ideal: facing } }
    : { ...size, deviceId: { exact: cameraId } };
}

function isNamed(value: unknown): value is { name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
