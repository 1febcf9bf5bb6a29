import type { ComponentChildren, VNode } from 'preact';
import { institutionOf, personName } from '../app/format.ts';
import type { MediaView } from '../app/media.ts';
import { t } from '../i18n/index.tsx';
import { inCall } from '../model/call.ts';
import { sendsPicture } from '../model/equipment.ts';
import type { IconName } from '../ui/Icon.tsx';
import { VideoTile } from '../ui/VideoTile.tsx';
import { WeakLine } from '../ui/WeakLine.tsx';
import type { CallView, Participant } from '../wire.ts';

function veilOf(
  p: Participant,
  media: MediaView,
  gateOpen: boolean,
): { icon: IconName; text: string } | null {
  if (!p.gateOpen || !gateOpen) return { icon: 'person', text: t('tile.gated') };
  if (p.legState.state === 'away') return { icon: 'linkOff', text: t('tile.away') };
  if (media.state === 'reconnecting') return { icon: 'linkOff', text: t('tile.again') };
  if (p.audioOnly) return { icon: 'cameraOff', text: t(`audioOnly.${p.audioOnly}`) };
  if (p.camera === 'off') return { icon: 'cameraOff', text: t('source.cameraOff') };
  if (p.camera !== 'on') return { icon: 'cameraOff', text: t(`source.${p.camera}`) };
  return media.seats.get(p.leg)?.picture ? null : { icon: 'link', text: t('tile.waiting') };
}

/** Why somebody's microphone gives no sound, where it is not that they switched it off. */
function silenceOf(p: Participant): string | null {
  if (p.microphone === 'on' || p.microphone === 'off') return null;
  return t(p.microphone === 'held' ? 'source.held' : `trouble.microphone.${p.microphone}`);
}

export function PersonTile(props: {
  p: Participant;
  media: MediaView;
  gateOpen?: boolean;
  class?: string;
}): VNode {
  const { p, media } = props;
  const name = personName(p);
  const seat = media.seats.get(p.leg);
  const silence = silenceOf(p);
  return (
    <VideoTile
      class={props.class ?? ''}
      testid={`tile-${p.role}`}
      picture={seat?.picture ?? null}
      label={t('tile.of', { name })}
      monogram={name.slice(0, 1)}
      veil={veilOf(p, media, props.gateOpen ?? true)}
      speaking={seat?.speaking ?? false}
      muted={p.microphone !== 'on'}
      mutedLabel={silence ? '' : t('source.muted')}
      plate={
        <>
          {silence && <b class="role">{silence}</b>}
          <span class="who">{name}</span>
          <span class="role">{t(`legRole.${p.role}`)}</span>
          {p.card && <span class="role long">{institutionOf(p.card)}</span>}
          {seat?.speaking && <span class="sr">{t('tile.speaking')}</span>}
        </>
      }
    />
  );
}

export function OwnTile({ media }: { media: MediaView }): VNode {
  return (
    <VideoTile
      class="own"
      testid="own"
      picture={media.own}
      label={t('tile.you')}
      mirrored={media.mirrored}
      muted={media.microphone !== 'on'}
      mutedLabel={t('source.muted')}
      veil={
        media.camera === 'on'
          ? media.own
            ? null
            : { icon: 'camera', text: t('tile.waiting') }
          : {
              icon: 'cameraOff',
              text: media.camera === 'off' ? t('source.cameraOff') : t(`source.${media.camera}`),
            }
      }
      plate={<span class="role">{t('you')}</span>}
    />
  );
}

/** The patient large; everybody else beside. What is said about the call lies over the picture: nothing moves. */
export function Stage({
  call,
  media,
  children,
}: {
  call: CallView;
  media: MediaView;
  children?: ComponentChildren;
}): VNode {
  const others = call.people.filter((p) => p.leg !== call.you && inCall(p));
  const own = call.people.find((p) => p.leg === call.you);
  const patient = others.find((p) => p.role === 'patient');
  const beside = others.filter((p) => p !== patient && sendsPicture(p));
  const open = own?.gateOpen ?? true;
  return (
    <div class={`stagegrid n${beside.length}`}>
      {patient && <PersonTile p={patient} media={media} gateOpen={open} class="main" />}
      <div class="besides">
        {beside.map((p) => (
          <PersonTile p={p} media={media} gateOpen={open} key={p.leg} />
        ))}
        <OwnTile media={media} />
      </div>
      <div class="said">
        <WeakLine media={media} />
        {children}
      </div>
    </div>
  );
}
