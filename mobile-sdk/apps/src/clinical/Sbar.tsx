import type { VNode } from 'preact';
import { keptOf, writingOf } from '../app/drafts.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { stood } from '../model/entered.ts';
import { roomIn } from '../model/limits.ts';
import { draftSbar } from '../model/sbar.ts';
import { noSbar, SBAR_PARTS as PARTS, sbarText } from '../model/sbarText.ts';
import { Button } from '../ui/Button.tsx';
import { Empty, Field, Notice } from '../ui/parts.tsx';
import { TextArea } from '../ui/TextArea.tsx';
import type { CallView, Sbar, VitalsView } from '../wire.ts';
import { Theirs } from './Theirs.tsx';

type Part = (typeof PARTS)[number];

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

const labelOf = (part: Part) => `${part[0]?.toUpperCase()}  ${t(`sbar.${part}`)}`;

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
  const writing = writingOf(call.session, 'sbar', sbarText, call.findings?.sbar ?? noSbar);
  const drafted = keptOf(call.session, 'sbar-drafted');
  const [busy, go] = useBusy();
  const { text } = writing;
  const empty = PARTS.every((part) => !text[part].trim());
  const saved = writing.saved && !empty;
  const save = () =>
    go('save', async () => {
      const ok = await writing.save((sbar, seen) =>
        send({ type: 'assess', finding: { part: 'sbar', sbar }, seen: stood({ part: 'sbar', sbar: seen }) }),
      );
      if (ok) drafted.set(null);
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
          writing.write(draftSbar(call, vitals, text));
          drafted.set(true);
        }}
      >
        {t('sbar.fill')}
      </Button>
      {drafted.value && (
        <Notice tone="warn" live>
          {t('sbar.draft')}
        </Notice>
      )}
      {PARTS.map((part) => (
        <Field key={part} label={labelOf(part)} hint={t(`sbar.${part}.hint`)}>
          <TextArea
            rows={part === 'recommendation' ? 2 : 3}
            value={text[part]}
            testid={`sbar-${part}`}
            onInput={(value) => writing.write({ ...text, [part]: value })}
          />
        </Field>
      ))}
      <Theirs
        writing={writing}
        by={call.findings?.sbarBy}
        show={(theirs) =>
          PARTS.filter((part) => theirs[part] !== text[part])
            .map((part) => t('colon', { name: labelOf(part), text: theirs[part] || t('none') }))
            .join('\n')
        }
      />
      <Button
        kind="primary"
        icon={saved ? 'check' : 'save'}
        class="wide"
        busy={busy !== null}
        disabled={
          writing.saved || empty || writing.theirs !== null || PARTS.some((part) => roomIn(text[part]) < 0)
        }
        onClick={save}
        testid="sbar-save"
      >
        {t(saved ? 'saved' : 'sbar.save')}
      </Button>
    </section>
  );
}
