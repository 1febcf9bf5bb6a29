import type { Progress } from '@yoban/sdk';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { clockTime, personName, span, stopwatch } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import { fileAt, inTheMaking, moments, playlistOf } from '../model/recording.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Empty, Loading, Notice, Unread } from '../ui/parts.tsx';
import type { Participant, TimelineEntry } from '../wire.ts';
import type { Recordings } from './Encounter.tsx';
import { Log } from './Log.tsx';

export interface PlaybackProps {
  recordings: Recordings;
  onRetry: () => void;
  people: readonly Participant[];
  timeline: readonly TimelineEntry[];
  /** The address of a file for `<audio>` and `<video>`; fetched when it is wanted, for a link cannot carry the token. */
  fetchFile: (file: string, onPart: Progress) => Promise<string | null>;
}

/** A file that was asked for: how much has come, where it is, or that it did not come. */
type Fetched = { percent: number | null } | { url: string } | 'lost';

const urlOf = (file: Fetched | undefined): string | null =>
  typeof file === 'object' && 'url' in file ? file.url : null;
const comingText = (file: Fetched | undefined): string | null =>
  typeof file === 'object' && 'percent' in file && file.percent !== null
    ? t('play.coming', { percent: String(file.percent) })
    : null;

/** The picture of whoever is chosen follows the voices: a call has one clock. */
function Sight(props: {
  file: Fetched | undefined;
  second: number;
  playing: boolean;
  missing: boolean;
  label: string;
  onRetry: () => void;
}): VNode {
  const ref = useRef<HTMLVideoElement>(null);
  const { file, second, playing, missing } = props;
  const url = urlOf(file);
  const coming = comingText(file);
  useEffect(() => {
    const video = ref.current;
    if (!video || missing) return;
    // Small differences are left alone: each jump would be seen.
    if (Math.abs(video.currentTime - second) > 0.4) video.currentTime = second;
    if (playing && video.paused) video.play().catch(() => undefined);
    if (!playing && !video.paused) video.pause();
  }, [url, second, playing, missing]);
  return (
    <div class="sight">
      <video
        ref={ref}
        src={url ?? undefined}
        muted
        playsInline
        hidden={missing || !url}
        aria-label={props.label}
      />
      {missing && <span class="soft">{t('play.noPicture')}</span>}
      {!missing && !url && file !== 'lost' && <Loading {...(coming ? { text: coming } : {})} />}
      {!missing && file === 'lost' && <Unread onRetry={props.onRetry} testid="play-sight-unreadable" />}
    </div>
  );
}

/** What was recorded: all voices with one bar, anybody's picture above it, and what happened as places to jump to. */
export function Playback(props: PlaybackProps): VNode {
  const { recordings, people, timeline, fetchFile } = props;
  const found = typeof recordings === 'string' ? null : recordings;
  const list = useMemo(() => playlistOf(found?.manifests ?? [], people), [found, people]);
  const audio = useRef<HTMLAudioElement>(null);
  const [files, setFiles] = useState<Record<string, Fetched>>({});
  const [chosen, setChosen] = useState('none');
  const [second, setSecond] = useState(0);
  const [playing, setPlaying] = useState(false);
  const want = (file: string) => {
    if (file in files && files[file] !== 'lost') return;
    const set = (got: Fetched) => setFiles((all) => ({ ...all, [file]: got }));
    set({ percent: null });
    // In tens: what is read aloud at each step is not to be a flood.
    const onPart: Progress = (received, total) =>
      set({ percent: total ? Math.floor((received / total) * 10) * 10 : null });
    void fetchFile(file, onPart).then((url) => set(url ? { url } : 'lost'));
  };
  const sound = list?.sound ?? null;
  const sight = list?.sights.find((s) => s.files[0]?.leg === chosen) ?? null;
  const place = sight && sound ? fileAt(sight.files, sound.startedAt + second * 1000) : null;
  useEffect(() => {
    if (place) want(place.file);
  }, [place?.file]);
  if (recordings === null) return <Loading />;
  if (recordings === 'unreadable') return <Unread onRetry={props.onRetry} testid="play-unreadable" />;
  if (!list && inTheMaking(timeline)) return <Loading text={t('play.making')} />;
  if (!list) return <Empty icon="speaker" title={t('play.none')} sub={t('play.noneSub')} />;
  const nameOfSight = (person: Participant | null) => (person ? personName(person) : t('play.somebody'));
  const jump = (to: number) => {
    setSecond(to);
    if (audio.current) audio.current.currentTime = to;
  };
  const sounding = sound ? files[sound.file] : undefined;
  const url = urlOf(sounding);
  const coming = comingText(sounding);
  return (
    <div class="playback" data-testid="playback">
      {list.interrupted && <Notice tone="warn">{t('play.interrupted')}</Notice>}
      {list.alone && <Notice tone="info">{t('play.alone')}</Notice>}
      {list.sights.length > 0 && (
        <Choices
          name="play-sight"
          label={t('play.picture')}
          value={chosen}
          options={[
            { value: 'none', text: t('play.soundOnly') },
            ...list.sights.map((s) => ({ value: s.files[0]?.leg ?? '', text: nameOfSight(s.person) })),
          ]}
          onChange={setChosen}
        />
      )}
      {sight && (
        <Sight
          file={place ? files[place.file] : undefined}
          onRetry={() => place && want(place.file)}
          second={place?.second ?? 0}
          playing={playing}
          missing={place === null}
          label={t('tile.of', { name: nameOfSight(sight.person) })}
        />
      )}
      {sound &&
        (url ? (
          // biome-ignore lint/a11y/useMediaCaption: nobody wrote down what was said; the moments below are what there is
          <audio
            ref={audio}
            src={url}
            controls
            aria-label={t('play.sound')}
            data-testid="play-sound"
            onTimeUpdate={(event) => setSecond(event.currentTarget.currentTime)}
            onSeeked={(event) => setSecond(event.currentTarget.currentTime)}
            onPlay={() => setPlaying(true)}
            onPause={() => setPlaying(false)}
          />
        ) : (
          <Button
            kind="primary"
            icon="speaker"
            class="wide"
            busy={typeof sounding === 'object'}
            onClick={() => want(sound.file)}
            testid="play-open"
          >
            {t('play.open', { span: span(sound.duration), time: clockTime(sound.startedAt) })}
          </Button>
        ))}
      {coming && (
        <p class="soft num" role="status">
          {coming}
        </p>
      )}
      {sounding === 'lost' && <Notice tone="warn">{t('unread.sub')}</Notice>}
      {sound && (
        <Log
          class="moments"
          label={t('play.moments')}
          items={moments(sound, timeline, found?.placed ?? [])}
          place={({ at }) => (
            <button type="button" class="btn ghost num" disabled={!url} onClick={() => jump(at / 1000)}>
              {stopwatch(at)}
            </button>
          )}
        />
      )}
    </div>
  );
}
