import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { draftSbar } from '../model/sbar.ts';
import { Button } from '../ui/Button.tsx';
import { Empty, Field, Notice } from '../ui/parts.tsx';
import type { CallView, Sbar, VitalsView } from '../wire.ts';

const PARTS = ['situation', 'background', 'assessment', 'recommendation'] as const;
const blank: Sbar = { situation: '', background: '', assessment: '', recommendation: '' };

/** The write-up as the doctor reads it. */
export function SbarView({ sbar }: { sbar: Sbar | null | undefined }): VNode {
  if (!sbar) return <Empty icon="chat" title={t('sbar.none')} sub={t('ring.noReason')} />;
  return (
    <dl class="sbar" data-testid="sbar">
      {PARTS.filter((part) => sbar[part]).map((part) => (
        <div key={part}>
          <dt>
            <span class="letter" aria-hidden="true">
              {part[0]?.toUpperCase()}
            </span>
            {t(`sbar.${part}`)}
          </dt>
          <dd>{sbar[part]}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The nurse's write-up. What arrives from elsewhere never overwrites what is being typed. */
export function SbarEditor({
  call,
  vitals,
  send,
}: {
  call: CallView;
  vitals: VitalsView | null;
  send: Send;
}): VNode {
  const stored = call.findings?.sbar ?? null;
  const [text, setText] = useState<Sbar>(stored ?? blank);
  const [drafted, setDrafted] = useState(false);
  const [saved, setSaved] = useState(stored !== null);
  const dirty = useRef(false);
  const [busy, go] = useBusy();
  useEffect(() => {
    if (stored && !dirty.current) setText(stored);
  }, [stored]);
  const edit = (part: (typeof PARTS)[number], value: string) => {
    dirty.current = true;
    setSaved(false);
    setText({ ...text, [part]: value });
  };
  const save = () =>
    go('save', async () => {
      if (!(await send({ type: 'assess', finding: { part: 'sbar', sbar: text } }))) return;
      dirty.current = false;
      setDrafted(false);
      setSaved(true);
    });
  return (
    <section class="block">
      <div class="row">
        <h3 class="grow">{t('sbar.title')}</h3>
      </div>
      <Button
        icon="pen"
        testid="sbar-fill"
        onClick={() => {
          dirty.current = true;
          setText(draftSbar(call, vitals, text));
          setDrafted(true);
          setSaved(false);
        }}
      >
        {t('sbar.fill')}
      </Button>
      {drafted && (
        <Notice tone="warn" live>
          {t('sbar.draft')}
        </Notice>
      )}
      {PARTS.map((part) => (
        <Field
          key={part}
          label={`${part[0]?.toUpperCase()}  ${t(`sbar.${part}`)}`}
          hint={t(`sbar.${part}.hint`)}
        >
          <textarea
            class="input"
            rows={part === 'recommendation' ? 2 : 3}
            value={text[part]}
            data-testid={`sbar-${part}`}
            onInput={(event) => edit(part, event.currentTarget.value)}
          />
        </Field>
      ))}
      <Button
        kind="primary"
        icon={saved ? 'check' : 'save'}
        class="wide"
        busy={busy !== null}
        disabled={saved || PARTS.every((p) => !text[p].trim())}
        onClick={save}
        testid="sbar-save"
      >
        {t(saved ? 'saved' : 'sbar.save')}
      </Button>
    </section>
  );
}
