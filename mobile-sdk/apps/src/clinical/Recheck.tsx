import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { serverNow } from '../app/clock.ts';
import { keptOf } from '../app/drafts.ts';
import { dayTime, nameOf } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { useStored } from '../app/useStored.ts';
import { t } from '../i18n/index.tsx';
import { roomIn } from '../model/limits.ts';
import { Button } from '../ui/Button.tsx';
import { Field } from '../ui/parts.tsx';
import { TextArea } from '../ui/TextArea.tsx';
import type { EncounterView, Id } from '../wire.ts';
import { Unsent } from './Theirs.tsx';

type Taken = Pick<NonNullable<EncounterView['rechecked']>, 'at' | 'by' | 'note'>;

/** The promised second look was taken: what was found, in a few words. */
export function RecheckForm(props: {
  session: Id;
  /** Of the call, as it is shown. */
  version: number;
  send: Send;
}): VNode {
  const { session, send } = props;
  const [stored, setStored] = useStored<Taken>(props.version);

  const entered = keptOf(session, 'recheck');
  const note = entered.value ?? '';
  const [tried, setTried] = useState(false);
  const [busy, go] = useBusy();
  const save = () =>
    go('save', async () => {
      setTried(true);
      const said = note.trim();
      if (!said || !(await send({ type: 'rechecked', note: said }))) return;
      setStored({ at: serverNow(), note: said });
      entered.stored(note);
    });
  if (stored) return <Looked looked={stored} />;
  return (
    <section class="block" data-testid="recheck">
      <h3>{t('recheck.title')}</h3>
      <Field
        label={t('recheck.note')}
        hint={t('recheck.hint')}
        {...(tried && !note.trim() ? { error: t('recheck.missing') } : {})}
      >
        <TextArea rows={2} value={note} testid="recheck-note" onInput={(text) => entered.set(text)} />
      </Field>
      <Button
        kind="primary"
        icon="check"
        class="wide"
        busy={busy !== null}
        disabled={roomIn(note) < 0}
        onClick={save}
        testid="recheck-save"
      >
        {t('recheck.save')}
      </Button>
    </section>
  );
}

/** Words about a second look that somebody else took meanwhile. */
export function UntakenDraft({ session }: { session: Id }): VNode {
  const { value, set } = keptOf(session, 'recheck');
  return <Unsent text={value ?? ''} onDrop={() => set(null)} />;
}

/** A second look that was taken. */
export function Looked({ looked }: { looked: Taken }): VNode {
  return (
    <div class="decided" data-testid="rechecked">
      <span class="soft">
        {looked.by
          ? t('recheck.by', { who: nameOf(looked.by.name), time: dayTime(looked.at) })
          : dayTime(looked.at)}
      </span>
      <b>{t('recheck.title')}</b>
      <p>{looked.note}</p>
    </div>
  );
}
