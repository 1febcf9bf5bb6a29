import type { VNode } from 'preact';
import { institutionOf, personName, personRead } from '../app/format.ts';
import type { MediaView } from '../app/media.ts';
import { Read, ruby, T, t } from '../i18n/index.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { VideoTile } from '../ui/VideoTile.tsx';
import type { Participant } from '../wire.ts';

/** Why the face is not seen. What the picture of a dead connection shows is not now, and looks as if it were. */
function veilOf(
  person: Participant,
  media: MediaView,
  picture: boolean,
): { icon: IconName; text: VNode } | null {
  if (person.legState.state === 'away') return { icon: 'link', text: <T k="tile.away" /> };
  if (media.state === 'reconnecting') return { icon: 'linkOff', text: <T k="tab.incall.again" /> };
  if (person.camera !== 'on' || person.audioOnly)
    return {
      icon: 'cameraOff',
      text: <T k={person.microphone === 'on' ? 'tab.incall.noPicture' : 'tab.incall.nothing'} />,
    };
  return picture ? null : { icon: 'link', text: <T k="tab.incall.connecting" /> };
}

/** The picture of one of the others, or why there is none. */
export function PersonTile(props: {
  person: Participant;
  media: MediaView;
  class?: string;
  testid: string;
}): VNode {
  const { person, media } = props;
  const seat = media.seats.get(person.leg);
  const picture = seat?.picture ?? null;
  return (
    <VideoTile
      class={props.class ?? ''}
      testid={props.testid}
      picture={picture}
      label={t('tile.of', { name: personName(person) })}
      veil={veilOf(person, media, picture !== null)}
      speaking={seat?.speaking ?? false}
      muted={person.microphone !== 'on'}
      mutedLabel={t('source.muted')}
    />
  );
}

/** One of the others by name and role; of a doctor also where they work and since when they are one. */
export function Told({ person }: { person: Participant }): VNode {
  const doctor = person.role === 'dutyDoctor' ? person.card : null;
  return (
    <div class="told" data-testid="person">
      <b>
        <Read text={personRead(person)} />
      </b>
      <span class="soft">
        {person.gateOpen ? (
          <T k={`tab.role.${person.role}`} />
        ) : (
          <T k="paren" p={{ text: ruby(`tab.role.${person.role}`), more: ruby('tab.gated') }} />
        )}
      </span>
      {doctor && <span class="soft">{institutionOf(doctor)}</span>}
      {doctor?.registeredYear && (
        <span class="soft">
          <T k="tab.consent.registered" p={{ year: doctor.registeredYear }} />
        </span>
      )}
    </div>
  );
}

/** Who is not shown large: with a small picture, where they send one. */
export function PersonCard({ person, media }: { person: Participant; media: MediaView }): VNode {
  const seen = person.gateOpen && person.role !== 'device' && person.camera === 'on' && !person.audioOnly;
  return (
    <div class={`person ${seen ? 'seen' : ''}`}>
      {seen && <PersonTile person={person} media={media} testid="small" />}
      <Told person={person} />
    </div>
  );
}
