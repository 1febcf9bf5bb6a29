import type { ComponentChildren, VNode } from 'preact';
import { now } from '../app/clock.ts';
import { clockTime, institutionOf, personName, span, telephone, unbroken } from '../app/format.ts';
import type { MediaView } from '../app/media.ts';
import { t } from '../i18n/index.tsx';
import { hungUpSince, inCall, mayEnd } from '../model/call.ts';
import { sendsPicture } from '../model/equipment.ts';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import { VideoTile } from '../ui/VideoTile.tsx';
import { WeakLine } from '../ui/WeakLine.tsx';
import type { CallView, Participant } from '../wire.ts';

function veilOf(
  p: Participant,
  media: MediaView,
  gateOpen: boolean,
  closing: boolean,
): { icon: IconName; text: string } | null {
  // With the end the gates close: nobody is being asked anything.
  if (closing) return { icon: 'clock', text: t('tile.closing') };
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
  /** The call is about to end. */
  closing?: boolean;
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
      veil={veilOf(p, media, props.gateOpen ?? true, props.closing ?? false)}
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

/**
 * The patient has hung up, and the call waits for them: in their picture's place, with the ways to reach them. `onEnd`:
 * where the bar below is not right at the thumb.
 */
export function PatientGone({ call, onEnd }: { call: CallView; onEnd?: () => void }): VNode | null {
  const since = hungUpSince(call);
  if (since === null) return null;
  const phone = call.patient?.phone;
  return (
    <section class="tile main gone" data-testid="patient-gone">
      <Live text={t('gone.title')} urgent />
      <div class="veil">
        <Icon name="hangup" />
        <h2>{t('gone.title')}</h2>
        <p class="num">{t('gone.since', { time: clockTime(since), span: span(now.value - since) })}</p>
        <p class="what">{t('gone.body')}</p>
        <div class="row wrap">
          {phone && (
            <a class="btn primary num" href={telephone(phone)} data-testid="gone-phone">
              <Icon name="phone" />
              {t('gone.phone', { phone: unbroken(phone) })}
            </a>
          )}
          {onEnd && mayEnd(call) && (
            <Button icon="hangup" onClick={onEnd} testid="gone-end">
              {t('control.end')}
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}

/** The patient large; everybody else beside. What is said about the call lies over the picture: nothing moves. */
export function Stage({
  call,
  media,
  onEnd,
  children,
}: {
  call: CallView;
  media: MediaView;
  /** Asks whether to end for everybody. */
  onEnd: () => void;
  children?: ComponentChildren;
}): VNode {
  const others = call.people.filter((p) => p.leg !== call.you && inCall(p));
  const own = call.people.find((p) => p.leg === call.you);
  const patient = others.find((p) => p.role === 'patient');
  const beside = others.filter((p) => p !== patient && sendsPicture(p));
  const open = own?.gateOpen ?? true;
  const closing = call.state.state === 'closing';
  return (
    <div class={`stagegrid n${beside.length}`}>
      {patient ? (
        <PersonTile p={patient} media={media} gateOpen={open} closing={closing} class="main" />
      ) : (
        <PatientGone call={call} onEnd={onEnd} />
      )}
      <div class="besides">
        {beside.map((p) => (
          <PersonTile p={p} media={media} gateOpen={open} closing={closing} key={p.leg} />
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
