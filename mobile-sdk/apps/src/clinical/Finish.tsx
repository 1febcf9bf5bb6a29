import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { now, zone } from '../app/clock.ts';
import { dayTime } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { type Draft, dispositionOf, emptyDraft, missing, needsReason } from '../model/disposition.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Dialog, Field, Notice } from '../ui/parts.tsx';
import type { CallView, Disposition, OutcomeKind } from '../wire.ts';

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

/** The closing note, saved as a whole. */
export function NoteEditor({ call, send }: { call: CallView; send: Send }): VNode {
  const stored = call.findings?.note ?? '';
  const [text, setText] = useState(stored);
  const dirty = useRef(false);
  const [busy, go] = useBusy();
  useEffect(() => {
    if (!dirty.current) setText(stored);
  }, [stored]);
  const save = () =>
    go('save', async () => {
      if (await send({ type: 'assess', finding: { part: 'note', text } })) dirty.current = false;
    });
  const saved = text === stored;
  return (
    <section class="block">
      <Field label={t('note.title')}>
        <textarea
          class="input"
          rows={6}
          value={text}
          placeholder={t('note.placeholder')}
          data-testid="note"
          onInput={(event) => {
            dirty.current = true;
            setText(event.currentTarget.value);
          }}
        />
      </Field>
      <Button
        icon={saved && text ? 'check' : 'save'}
        busy={busy !== null}
        disabled={saved}
        onClick={save}
        testid="note-save"
      >
        {t(saved && text ? 'saved' : 'note.save')}
      </Button>
    </section>
  );
}

/** A decision as it stands. */
export function Decided({ disposition }: { disposition: Disposition }): VNode {
  const { outcome } = disposition;
  return (
    <div class="decided" data-testid="decided">
      <span class="soft">{t('disp.decided')}</span>
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

/** What follows, and what the patient is told. */
export function DispositionForm({ call, send }: { call: CallView; send: Send }): VNode {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [changing, setChanging] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, go] = useBusy();
  const sudden = call.findings?.sudden ?? false;
  const gaps = missing(draft, sudden, now.value, zone.value);
  const ended = call.state.state === 'ended' && call.state.reason === 'cancelledByPatient';
  const kinds = ended ? (['cancelledAndChecked', ...KINDS] as const) : KINDS;
  const save = () =>
    go('save', async () => {
      setTried(true);
      const disposition = dispositionOf(draft, sudden, now.value, zone.value);
      if (disposition && (await send({ type: 'dispose', disposition }))) {
        setChanging(false);
        setTried(false);
      }
    });
  if (call.disposition && !changing) {
    return (
      <section class="block">
        <h3>{t('disp.title')}</h3>
        <Decided disposition={call.disposition} />
        {!call.signed && (
          <Button icon="pen" onClick={() => setChanging(true)} testid="disp-change">
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
      <Choices
        name="outcome"
        label={t('disp.title')}
        columns={2}
        value={draft.kind}
        options={kinds.map((kind) => ({ value: kind, text: t(`outcome.${kind}`) }))}
        onChange={(kind) => setDraft({ ...draft, kind })}
      />
      {draft.kind === 'recheckAt' && (
        <Field label={t('disp.recheckAt')} {...(shows('time') ? { error: t('disp.past') } : {})}>
          <input
            class="input num short"
            type="time"
            value={draft.time}
            data-testid="disp-time"
            onInput={(event) => setDraft({ ...draft, time: event.currentTarget.value })}
          />
        </Field>
      )}
      <Field
        label={t('disp.advice')}
        hint={t('disp.advice.hint')}
        {...(shows('advice') ? { error: t('disp.adviceMissing') } : {})}
      >
        <textarea
          class="input"
          rows={3}
          value={draft.advice}
          data-testid="disp-advice"
          onInput={(event) => setDraft({ ...draft, advice: event.currentTarget.value })}
        />
      </Field>
      {needsReason(draft.kind, sudden) && (
        <Field
          label={t('disp.reason')}
          hint={t('disp.reason.hint')}
          {...(shows('reason') ? { error: t('disp.reasonMissing') } : {})}
        >
          <textarea
            class="input"
            rows={2}
            value={draft.reason}
            data-testid="disp-reason"
            onInput={(event) => setDraft({ ...draft, reason: event.currentTarget.value })}
          />
        </Field>
      )}
      <Button
        kind="primary"
        icon="check"
        class="wide"
        busy={busy !== null}
        disabled={draft.kind === null}
        onClick={save}
        testid="disp-save"
      >
        {t('disp.save')}
      </Button>
    </section>
  );
}

/** The signature: once the call is over and the decision is made. */
export function SignStep({ call, send }: { call: CallView; send: Send }): VNode {
  const [asking, setAsking] = useState(false);
  const [busy, go] = useBusy();
  const ready = call.state.state === 'ended' && Boolean(call.disposition);
  return (
    <section class="block">
      <h3>{t('sign.title')}</h3>
      {call.signed ? (
        <Notice tone="good">{t('sign.done', { n: call.signed })}</Notice>
      ) : (
        <>
          {!ready && <p class="soft">{t('sign.notYet')}</p>}
          <Button
            kind="primary"
            icon="sign"
            class="wide"
            disabled={!ready}
            onClick={() => setAsking(true)}
            testid="sign"
          >
            {t('sign.go')}
          </Button>
        </>
      )}
      {asking && (
        <Dialog
          title={t('sign.sure')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
              <Button
                kind="primary"
                icon="sign"
                busy={busy !== null}
                testid="sign-yes"
                onClick={() =>
                  go('sign', async () => {
                    if (await send({ type: 'sign' })) setAsking(false);
                  })
                }
              >
                {t('sign.go')}
              </Button>
            </>
          }
        >
          <p>{t('sign.body')}</p>
        </Dialog>
      )}
    </section>
  );
}
