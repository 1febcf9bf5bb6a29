import type { VNode } from 'preact';
import { now } from '../app/clock.ts';
import { unsaved } from '../app/drafts.ts';
import { clockSeconds, dayTime, nameOf } from '../app/format.ts';
import type { Send } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { noPrescription } from '../model/disposition.ts';
import { noSbar } from '../model/sbarText.ts';
import { lasting, ofCall } from '../model/timeline.ts';
import { Button } from '../ui/Button.tsx';
import { Loading, Notice, Unread } from '../ui/parts.tsx';
import type { CaseView, EncounterView, Id, PlacedReading, Recording, TimelineEntry } from '../wire.ts';
import { CaseCalls } from './CaseCalls.tsx';
import { Attendance, Kinds, VitalsThen, When, Why } from './EncounterParts.tsx';
import { Decided, DispositionForm, Replaced, SignButton, UndecidedDraft } from './Finish.tsx';
import { Log } from './Log.tsx';
import { PatientPanel } from './PatientPanel.tsx';
import { Playback, type PlaybackProps } from './Playback.tsx';
import { Looked, RecheckForm, UntakenDraft } from './Recheck.tsx';

/** `null`: still being asked for. */
export type Thread = CaseView | null | 'unreadable';
/** What was recorded, and where the readings lie in it. */
export interface Recorded {
  manifests: readonly Recording[];
  placed: readonly PlacedReading[];
}
/** `null`: still being asked for. */
export type Recordings = Recorded | null | 'unreadable';

/** What happened in one call of the case, and to the case as a whole. */
export const entriesOf = (thread: Thread, session: Id): readonly TimelineEntry[] =>
  thread === null || typeof thread === 'string' ? [] : lasting(ofCall(thread.timeline, session));

/** What happened, line by line; while it is on its way, or did not come, it says so in its own place. */
function TimeLine(props: { thread: Thread; session: Id; onRetry: () => void }): VNode {
  const { thread, session, onRetry } = props;
  return (
    <section class="card">
      <h3>{t('enc.timeline')}</h3>
      {thread === null ? (
        <Loading />
      ) : thread === 'unreadable' ? (
        <Unread onRetry={onRetry} testid="timeline-unreadable" />
      ) : (
        <Log
          class="timeline"
          label={t('enc.timeline')}
          items={entriesOf(thread, session).map((entry) => ({ entry, at: entry.at }))}
          place={({ at }) => (
            <time class="num" dateTime={new Date(at).toISOString()}>
              {clockSeconds(at)}
            </time>
          )}
        />
      )}
    </section>
  );
}

export interface EncounterProps {
  encounter: EncounterView;
  /** What happened. The record stands by itself without it. */
  thread: Thread;
  recordings: Recordings;
  onOther: (session: Id) => void;
  /** A doctor reads it. */
  doctor: boolean;
  /**
   * Something was stored that this record does not show: it is being read again, or could not be. What one signs
   * must be seen first.
   */
  outdated: 'reading' | 'unread' | null;
  /** Asks again for what could not be read. */
  onRetry: () => void;
  /** The address of a file of the recording, once it is here. */
  fetchFile: PlaybackProps['fetchFile'];
  busy: string | null;
  onBack: () => void;
  onFhir: () => void;
  onPrint: () => void;
  /** What is decided here. */
  send: Send;
  /** What stood on the screen is signed; true once it stands. */
  onSign: (seen: number) => Promise<boolean>;
}

/**
 * One consultation as it stands in the record, in the order in which it is read in the morning: who, what was decided, why,
 * the vital signs, the note and the signature, who was there, and everything that happened.
 */
export function Encounter(props: EncounterProps): VNode {
  const { encounter, thread } = props;
  const lines = entriesOf(thread, encounter.session);
  const { note } = encounter.findings;
  const replaced = encounter.replaced ?? [];
  return (
    <main class="encounter" data-testid="encounter">
      <header class="row wrap">
        <Button icon="left" onClick={props.onBack} testid="back">
          {t('back')}
        </Button>
        <h1 class="grow">{t('enc.title')}</h1>
        <Button icon="print" busy={props.busy === 'print'} onClick={props.onPrint} testid="enc-print">
          {t('enc.page')}
        </Button>
        <Button icon="save" busy={props.busy === 'fhir'} onClick={props.onFhir} testid="enc-fhir">
          {t('enc.fhir')}
        </Button>
      </header>
      {/* The card says it again, further down on a narrow screen. */}
      <p class="enc-who" aria-hidden="true">
        {nameOf(encounter.patient.name)} <small class="soft">{t('age', { n: encounter.patient.age })}</small>
      </p>
      <CaseCalls calls={encounter.calls ?? []} onOpen={props.onOther} />
      <div class="enc-grid">
        <section class="card enc-patient">
          <PatientPanel patient={encounter.patient} />
        </section>
        <div class="enc-main">
          <section class="card stack" data-testid="enc-decision">
            <When encounter={encounter} />
            {props.outdated === 'unread' && (
              <div data-testid="record-outdated">
                <Notice tone="bad" icon="linkOff" live>
                  <b>{t('enc.outdated')}</b>
                  <p>{t('enc.outdatedSub')}</p>
                  <Button class="gap" icon="undo" onClick={props.onRetry} testid="record-retry">
                    {t('retry')}
                  </Button>
                </Notice>
              </div>
            )}
            {encounter.version ? (
              <Notice tone="good" icon="sign">
                <b>{t('enc.version', { n: encounter.version })}</b>
                {encounter.signedBy && encounter.signedAt && (
                  <div>
                    {t('enc.by', { who: nameOf(encounter.signedBy.name), time: dayTime(encounter.signedAt) })}
                  </div>
                )}
                {encounter.digest && (
                  <div class="num small">
                    {t('enc.digest', { hash: `${encounter.digest.slice(0, 16)}…` })}
                  </div>
                )}
              </Notice>
            ) : (
              <Notice tone="warn">{t('enc.draft')}</Notice>
            )}
            {encounter.answeredByNext && (
              <Notice tone="info">
                <p data-testid="enc-by-next">{t('enc.byNext')}</p>
              </Notice>
            )}
            {encounter.mayDecide ? (
              <DispositionForm
                about={{
                  ...encounter.mayDecide,
                  noPrescription: noPrescription(props.doctor, encounter.mayDecide.prescribesFrom, now.value),
                  session: encounter.session,
                  version: encounter.seen,
                  disposition: encounter.disposition ?? null,
                  by: encounter.decidedBy ?? null,
                  at: encounter.decidedAt,
                  changed: replaced.length > 0,
                  signed: Boolean(encounter.version),
                }}
                send={props.send}
              />
            ) : encounter.disposition ? (
              <Decided
                disposition={encounter.disposition}
                by={encounter.decidedBy}
                at={encounter.decidedAt}
                changed={replaced.length > 0}
              />
            ) : (
              !encounter.answeredByNext && <p class="soft">{t('enc.dispNone')}</p>
            )}
            <Replaced replaced={replaced} />
            {!encounter.mayDecide && <UndecidedDraft session={encounter.session} />}
            {encounter.mayRecheck && (
              <RecheckForm session={encounter.session} version={encounter.seen} send={props.send} />
            )}
            {encounter.rechecked && <Looked looked={encounter.rechecked} />}
            {!encounter.mayRecheck && <UntakenDraft session={encounter.session} />}
          </section>
          <Why encounter={encounter} />
          <VitalsThen encounter={encounter} />
          <section class="card stack" data-testid="enc-note">
            <h3>{t('note.title')}</h3>
            <p class="pre">{note || <span class="soft">{t('enc.noteNone')}</span>}</p>
            {encounter.maySign && !encounter.version && (
              <SignButton
                testid="enc-sign"
                seen={encounter.seen}
                disabled={props.outdated !== null}
                unsaved={unsaved(encounter.session, {
                  note: note ?? '',
                  sbar: encounter.findings.sbar ?? noSbar,
                })}
                onSign={props.onSign}
              />
            )}
          </section>
          <Attendance encounter={encounter} />
          <Kinds encounter={encounter} />
          <TimeLine thread={thread} session={encounter.session} onRetry={props.onRetry} />
          <section class="card stack">
            <h3>{t('play.title')}</h3>
            <Playback
              recordings={props.recordings}
              people={encounter.people}
              timeline={lines}
              onRetry={props.onRetry}
              fetchFile={props.fetchFile}
            />
          </section>
        </div>
      </div>
    </main>
  );
}
