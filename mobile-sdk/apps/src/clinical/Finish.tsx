import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now, zone } from '../app/clock.ts';
import { keptOf, unsaved, writingOf } from '../app/drafts.ts';
import { dayTime, list, nameOf } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { useStored } from '../app/useStored.ts';
import { t } from '../i18n/index.tsx';
import { me } from '../model/call.ts';
import {
  dispositionOf,
  doctorOnly,
  emptyForm,
  type Form,
  formerOf,
  formOf,
  missing,
  needsReason,
  noPrescription,
  overtakenBy,
  promisedAt,
  standsThere,
} from '../model/disposition.ts';
import { plainText } from '../model/draft.ts';
import { stood, type Unsaved } from '../model/entered.ts';
import { roomIn } from '../model/limits.ts';
import { noSbar } from '../model/sbarText.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Dialog, Field, Notice } from '../ui/parts.tsx';
import { TextArea } from '../ui/TextArea.tsx';
import type {
  CallView,
  Disposition,
  EncounterView,
  Id,
  OutcomeKind,
  PersonCard,
  Timestamp,
} from '../wire.ts';
import { Theirs, Unsent } from './Theirs.tsx';

const KINDS: readonly OutcomeKind[] = [
  'advice',
  'recheckAt',
  'nurseVisit',
  'houseCall',
  'hospital',
  'ambulance',
  'prescription',
  'nextDay',
];

/** The closing note, saved as a whole. Everybody in the call writes the same one. */
export function NoteEditor({ call, send }: { call: CallView; send: Send }): VNode {
  const writing = writingOf(call.session, 'note', plainText, call.findings?.note ?? '');
  const [busy, go] = useBusy();
  const { text, saved } = writing;
  const save = () =>
    go('save', () =>
      writing.save((note, seen) =>
        send({
          type: 'assess',
          finding: { part: 'note', text: note },
          seen: stood({ part: 'note', text: seen }),
        }),
      ),
    );
  return (
    <section class="block">
      <Field label={t('note.title')}>
        <TextArea
          rows={6}
          value={text}
          placeholder={t('note.placeholder')}
          testid="note"
          onInput={writing.write}
        />
      </Field>
      <Theirs writing={writing} by={call.findings?.noteBy} show={(theirs) => theirs || t('none')} />
      <Button
        icon={saved && text ? 'check' : 'save'}
        busy={busy !== null}
        disabled={saved || writing.theirs !== null || roomIn(text) < 0}
        onClick={save}
        testid="note-save"
      >
        {t(saved && text ? 'saved' : 'note.save')}
      </Button>
    </section>
  );
}

/** A decision as it stands, and whose it is. */
export function Decided(props: {
  disposition: Disposition;
  by: PersonCard | null | undefined;
  at?: Timestamp | null | undefined;
  /** It took the place of another one. */
  changed?: boolean;
}): VNode {
  const { disposition, by, at } = props;
  const { outcome } = disposition;
  return (
    <div class="decided" data-testid="decided">
      <span class="soft">
        {t('disp.decided')}
        {by && t('disp.by', { who: nameOf(by.name) })}
        {at && !props.changed && <span class="num"> {dayTime(at)}</span>}
      </span>
      {at && props.changed && (
        <span class="chip warn num" data-testid="decision-changed">
          {t('disp.changedAt', { time: dayTime(at) })}
        </span>
      )}
      <b>
        {t(`outcome.${outcome.outcome}`)} {outcome.outcome === 'recheckAt' && dayTime(outcome.at)}
      </b>
      <p>{disposition.advice}</p>
      {disposition.reasonOnline && (
        <p class="soft">{t('colon', { name: t('disp.reason'), text: disposition.reasonOnline })}</p>
      )}
    </div>
  );
}

/** The decisions that do not stand any more, struck through, newest first: what each was, and until when. */
export function Replaced({ replaced }: { replaced: EncounterView['replaced'] }): VNode | null {
  if (!replaced?.length) return null;
  return (
    <div class="stack" data-testid="replaced">
      <h3>{t('disp.replaced')}</h3>
      {replaced.toReversed().map(({ disposition, by, at, until, takenBack }) => (
        <p class="replaced soft" key={`${at} ${until}`}>
          <span class="num">{t(takenBack ? 'disp.fellAt' : 'disp.changedAt', { time: dayTime(until) })}</span>
          <del>
            {t(`outcome.${disposition.outcome.outcome}`)}{' '}
            {disposition.outcome.outcome === 'recheckAt' && dayTime(disposition.outcome.at)}
            {by && t('disp.by', { who: nameOf(by.name) })} <span class="num">{dayTime(at)}</span>
            <br />
            {disposition.advice}
          </del>
        </p>
      ))}
    </div>
  );
}

/** A decision that was being written where none can be written any more. */
export function UndecidedDraft({ session }: { session: Id }): VNode {
  const { value, set } = keptOf(session, 'disposition');
  const words = value ? [value.kind && t(`outcome.${value.kind}`), value.advice, value.reason] : [];
  return <Unsent text={words.filter(Boolean).join('\n')} onDrop={() => set(null)} />;
}

/** What a decision is about. */
export interface Deciding {
  session: Id;
  /** Of the call, as it is shown. */
  version: number;
  /** A sudden illness was found: what ends online needs the doctor's reason. */
  sudden: boolean;
  /** The patient took the call back before anybody answered. */
  cancelled: boolean;
  /** Why a prescription would be refused. */
  noPrescription: 'doctor' | 'examination' | null;
  /** What stands, and whose decision it is. */
  disposition: Disposition | null;
  by: PersonCard | null;
  /** When it was made, where that is known. */
  at?: Timestamp | null | undefined;
  /** It took the place of another one. */
  changed?: boolean;
  /** Why the last decision does not stand any more. */
  takenBack?: CallView['takenBack'];
  /** That decision: the form begins with its words. */
  former?: CallView['former'];
  signed: boolean;
}

export const decidingOf = (call: CallView): Deciding => ({
  session: call.session,
  version: call.version,
  sudden: call.findings?.sudden ?? false,
  cancelled: call.state.state === 'ended' && call.state.reason === 'cancelledByPatient',
  noPrescription: noPrescription(me(call)?.role === 'dutyDoctor', call.findings?.prescribesFrom, now.value),
  disposition: call.disposition ?? null,
  by: call.decidedBy ?? null,
  takenBack: call.takenBack ?? null,
  former: call.former ?? null,
  signed: Boolean(call.signed),
});

/** What follows, and what the patient is told. */
export function DispositionForm(props: {
  about: Deciding;
  send: Send;
  /** The way to a doctor, where one can still be called. */
  onDoctor?: (() => void) | null;
}): VNode {
  const { about, send } = props;
  const { session, sudden, cancelled, signed } = about;
  const [stored, setStored] = useStored<Disposition>(about.version);
  const stands = stored ?? about.disposition;
  const by = stored ? null : about.by;
  const entered = keptOf(session, 'disposition');
  const former = about.former ? formerOf(about.former, now.value, zone.value) : null;
  const written = entered.value ?? { ...(former ?? emptyForm), over: stands };
  const doctor = about.noPrescription !== 'doctor';
  const closed = (kind: OutcomeKind | null) => doctorOnly(kind, sudden, doctor);
  // Chosen before it was known how ill somebody is: it counts as not chosen.
  const draft = closed(written.kind) ? { ...written, kind: null } : written;
  const setDraft = (next: Form) => entered.set({ ...draft, ...next });
  const [tried, setTried] = useState(false);
  const [busy, go] = useBusy();
  const at = promisedAt(draft, now.value, zone.value);
  const gaps = missing(draft, sudden, now.value, zone.value);
  const theirs = overtakenBy(draft, stands, dispositionOf(draft, sudden, now.value, zone.value));
  const kinds = cancelled ? (['cancelledAndChecked', ...KINDS] as const) : KINDS;
  const save = () =>
    go('save', async () => {
      setTried(true);
      const disposition = dispositionOf(draft, sudden, now.value, zone.value);
      const seen = standsThere(stands);
      if (!disposition || !(await send({ type: 'dispose', disposition, seen }))) return;
      setStored(disposition);
      entered.stored(draft);
      // Written on meanwhile: that is over what was just stored.
      const rest = entered.now();
      if (rest) entered.set({ ...rest, over: disposition });
      setTried(false);
    });
  if (stands && (!entered.value || signed)) {
    return (
      <section class="block">
        <h3>{t('disp.title')}</h3>
        <Decided
          disposition={stands}
          by={by}
          at={stored ? null : about.at}
          changed={!stored && (about.changed ?? false)}
        />
        {signed && <UndecidedDraft session={session} />}
        {!signed && (
          <Button icon="pen" onClick={() => setDraft(formOf(stands, zone.value))} testid="disp-change">
            {t('disp.change')}
          </Button>
        )}
      </section>
    );
  }
  const shows = (gap: (typeof gaps)[number]) => tried && gaps.includes(gap);
  return (
    <section class="block">
      <h3>{t('disp.title')}</h3>
      {stands && !theirs && <Decided disposition={stands} by={by} />}
      {about.takenBack && !signed && (
        <Notice tone="warn" live>
          {t(`disp.takenBack.${about.takenBack}`)}
        </Notice>
      )}
      <Choices
        name="outcome"
        label={t('disp.title')}
        columns={2}
        value={draft.kind}
        options={kinds.map((kind) => ({
          value: kind,
          text: t(`outcome.${kind}`),
          disabled: (kind === 'prescription' && about.noPrescription !== null) || closed(kind),
        }))}
        onChange={(kind) => setDraft({ ...draft, kind })}
      />
      {KINDS.some(closed) && (
        <div data-testid="doctor-only">
          <Notice tone="warn">
            <p>{t('disp.doctorOnly')}</p>
            {props.onDoctor && (
              <Button class="gap" icon="phone" onClick={props.onDoctor} testid="disp-call-doctor">
                {t('disp.callDoctor')}
              </Button>
            )}
          </Notice>
        </div>
      )}
      {about.noPrescription && !closed('prescription') && (
        <p class="soft small" data-testid="no-prescription">
          {t(`disp.noPrescription.${about.noPrescription}`)}
        </p>
      )}
      {draft.kind === 'recheckAt' && (
        <Field label={t('disp.recheckAt')} {...(shows('time') ? { error: t('disp.past') } : {})}>
          <input
            class="input num short"
            type="time"
            value={draft.time}
            data-testid="disp-time"
            onInput={(event) => setDraft({ ...draft, time: event.currentTarget.value, at: null })}
          />
          {/* An hour that has passed today, and the present minute, mean tomorrow. */}
          <span class="soft small" data-testid="disp-when" aria-live="polite">
            {at === null ? '\u00a0' : t('disp.recheckOn', { time: dayTime(at) })}
          </span>
        </Field>
      )}
      <Field
        label={t('disp.advice')}
        hint={t('disp.advice.hint')}
        {...(shows('advice') ? { error: t('disp.adviceMissing') } : {})}
      >
        <TextArea
          rows={3}
          value={draft.advice}
          testid="disp-advice"
          onInput={(advice) => setDraft({ ...draft, advice })}
        />
      </Field>
      {needsReason(draft.kind, sudden) && (
        <Field
          label={t('disp.reason')}
          hint={t('disp.reason.hint')}
          {...(shows('reason') ? { error: t('disp.reasonMissing') } : {})}
        >
          <TextArea
            rows={2}
            value={draft.reason}
            testid="disp-reason"
            onInput={(reason) => setDraft({ ...draft, reason })}
          />
        </Field>
      )}
      {theirs && (
        <div data-testid="disp-theirs">
          <Notice tone="warn" icon="people" live>
            <b>{by ? t('disp.theirsBy', { who: nameOf(by.name) }) : t('disp.theirs')}</b>
            <div class="gap">
              <Decided disposition={theirs} by={by} />
            </div>
            <div class="row wrap">
              <Button
                icon="pen"
                onClick={() => entered.set({ ...draft, over: theirs })}
                testid="disp-theirs-mine"
              >
                {t('disp.theirs.mine')}
              </Button>
              <Button onClick={() => entered.set(null)} testid="disp-theirs-keep">
                {t('disp.theirs.keep')}
              </Button>
            </div>
          </Notice>
        </div>
      )}
      <Button
        kind="primary"
        icon="check"
        class="wide"
        busy={busy !== null}
        disabled={
          draft.kind === null || theirs !== null || roomIn(draft.advice) < 0 || roomIn(draft.reason) < 0
        }
        onClick={save}
        testid="disp-save"
      >
        {t('disp.save')}
      </Button>
      {stands && !theirs && (
        <Button class="wide" onClick={() => entered.set(null)} testid="disp-cancel">
          {t('cancel')}
        </Button>
      )}
    </section>
  );
}

/**
 * A signature stands for ever: it is asked for, wherever one signs. What is signed is what stood on the screen when the
 * question was opened, `seen`; whatever comes of it, the record is looked at again before the next try.
 */
export function SignButton(props: {
  class?: string;
  disabled?: boolean;
  testid: string;
  seen: number;
  /** What was entered for this record and is not in it. */
  unsaved: readonly Unsaved[];
  onSign: (seen: number) => Promise<boolean>;
}): VNode {
  const [asking, setAsking] = useState<number | null>(null);
  const [busy, go] = useBusy();
  return (
    <>
      <Button
        kind="primary"
        icon="sign"
        class={props.class ?? ''}
        disabled={props.disabled ?? false}
        onClick={() => setAsking(props.seen)}
        testid={props.testid}
      >
        {t('sign.go')}
      </Button>
      {asking !== null && (
        <Dialog
          title={t('sign.sure')}
          testid="sign-dialog"
          onClose={() => setAsking(null)}
          actions={
            <>
              <Button onClick={() => setAsking(null)} testid="sign-no">
                {t('cancel')}
              </Button>
              <Button
                kind="primary"
                icon="sign"
                busy={busy !== null}
                testid="sign-yes"
                onClick={() =>
                  go('sign', async () => {
                    await props.onSign(asking);
                    setAsking(null);
                  })
                }
              >
                {t('sign.go')}
              </Button>
            </>
          }
        >
          <p>{t('sign.body')}</p>
          {props.unsaved.length > 0 && (
            <div class="gap" data-testid="sign-unsaved">
              <Notice tone="warn">
                {t('sign.unsaved', { parts: list(props.unsaved.map((part) => t(`sign.part.${part}`))) })}
              </Notice>
            </div>
          )}
        </Dialog>
      )}
    </>
  );
}

/** The signature: once the call is over and the decision is made. */
export function SignStep({ call, send }: { call: CallView; send: Send }): VNode {
  const ready = call.state.state === 'ended' && Boolean(call.disposition);
  return (
    <section class="block">
      <h3>{t('sign.title')}</h3>
      {call.signed ? (
        <Notice tone="good">{t('sign.done', { n: call.signed })}</Notice>
      ) : (
        <>
          {!ready && <p class="soft">{t('sign.notYet')}</p>}
          <SignButton
            class="wide"
            disabled={!ready}
            testid="sign"
            seen={call.version}
            unsaved={unsaved(call.session, {
              note: call.findings?.note ?? '',
              sbar: call.findings?.sbar ?? noSbar,
            })}
            onSign={(seen) => send({ type: 'sign', seen })}
          />
        </>
      )}
    </section>
  );
}
