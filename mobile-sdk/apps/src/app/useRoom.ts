import type { Room } from '@yoban/sdk';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type MediaControls, type MediaView, noMedia, type Picture, type Seat } from './media.ts';

/** One's own picture, as a new object with every track, so that a tile attaches again. */
function ownPicture(room: Room): Picture | null {
  const local = room.localParticipant;
  if (!local.videoTrack) return null;
  return {
    attach: (element) => local.attach(element),
    detach: (element) => {
      element.srcObject = null;
    },
  };
}

function read(room: Room, previous: MediaView, devices: readonly MediaDeviceInfo[]): MediaView {
  const local = room.localParticipant;
  const seats = new Map<string, Seat>();
  for (const [leg, person] of room.remoteParticipants) {
    seats.set(leg, { picture: person.videoTrack as Picture | null, speaking: person.isSpeaking });
  }
  const track = local.videoTrack;
  const own = track === ownTracks.get(previous.own ?? noPicture) ? previous.own : ownPicture(room);
  if (own && track) ownTracks.set(own, track);
  return {
    state: room.state,
    quality: room.quality,
    microphone: local.microphone,
    camera: local.camera,
    own,
    mirrored: local.facing === 'user',
    seats,
    speakers: room.canChooseSpeaker
      ? devices.filter((d) => d.kind === 'audiooutput').map((d) => ({ id: d.deviceId, label: d.label }))
      : [],
    speaker: room.speaker ?? '',
    canFlip: devices.filter((d) => d.kind === 'videoinput').length > 1,
    soundBlocked: !room.canPlaybackAudio,
  };
}

/** Which track a picture of one's own shows. */
const ownTracks = new WeakMap<Picture, MediaStreamTrack>();
const noPicture: Picture = { attach: () => undefined, detach: () => undefined };

/** The media of a call as a value that follows the room. */
export function useRoom(room: Room | null): [MediaView, MediaControls] {
  const [view, setView] = useState<MediaView>(noMedia);
  useEffect(() => {
    if (!room) {
      setView(noMedia);
      return;
    }
    let devices: readonly MediaDeviceInfo[] = [];
    const update = () => setView((previous) => read(room, previous, devices));
    const list = () =>
      void room.devices().then((found) => {
        devices = found;
        update();
      });
    const names = [
      'connected',
      'reconnecting',
      'reconnected',
      'disconnected',
      'stateChanged',
      'participantConnected',
      'participantDisconnected',
      'participantChanged',
      'trackSubscribed',
      'trackUnsubscribed',
      'trackMuted',
      'trackUnmuted',
      'audioPlaybackStatusChanged',
      'qualityChanged',
    ] as const;
    const stops = names.map((name) => room.on(name, update));
    stops.push(room.on('localChanged', list), room.on('devicesChanged', list));
    list();
    return () => {
      for (const stop of stops) stop();
    };
  }, [room]);
  const controls = useMemo<MediaControls>(
    () => ({
      microphone: (on) => void room?.localParticipant.setMicrophoneEnabled(on),
      camera: (on) => void room?.localParticipant.setCameraEnabled(on),
      flip: () => void room?.localParticipant.flipCamera(),
      speaker: (id) => {
        void room?.switchActiveDevice('audiooutput', id);
        setView((previous) => ({ ...previous, speaker: id }));
      },
      retry: () => void room?.localParticipant.retryDevices(),
      startSound: () => void room?.startAudio(),
    }),
    [room],
  );
  return [view, controls];
}
