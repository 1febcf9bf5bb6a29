import type { VNode } from 'preact';
import { type Send, useBusy } from '../app/send.ts';
import { type Key, t } from '../i18n/index.tsx';
import { me } from '../model/call.ts';
import { Choices, Notice } from '../ui/parts.tsx';
import type { CallView, ServiceKind } from '../wire.ts';

const FOR_DOCTOR: readonly ServiceKind[] = ['doctorAdvice', 'onlineExamination'];
const REFUSALS = ['no-plan', 'not-named', 'no-notice', 'not-two-way', 'sudden-illness'] as const;

/** Why オンライン診療 is not possible now. The server's code may carry a prefix; its end names the reason. */
export function refusalKey(code: string): Key {
  const known = REFUSALS.find((r) => code.endsWith(r));
  return known ? `kindof.${known}` : 'kindof.other';
}

/** The legal kind of care. What is not possible stays visible, with the reason in plain words. */
export function KindPicker({ call, send }: { call: CallView; send: Send }): VNode {
  const [busy, go] = useBusy();
  const refused = call.findings?.examinationRefused ?? null;
  const doctor = me(call)?.role === 'dutyDoctor';
  return (
    <section class="block" aria-busy={busy !== null}>
      <h3>{t('kindof.title')}</h3>
      <p class="soft" role="status">
        {t('kindof.now', { kind: t(`kind.${call.kind}`), mode: t(`mode.${call.mode}`) })}
      </p>
      {doctor && (
        <>
          <Choices
            name="kind"
            label={t('kindof.title')}
            value={call.kind}
            options={FOR_DOCTOR.map((kind) => ({
              value: kind,
              text: t(`kind.${kind}`),
              disabled: kind === 'onlineExamination' && refused !== null,
            }))}
            onChange={(kind) => go(kind, () => send({ type: 'setKind', kind }))}
          />
          {refused && (
            <div data-testid="kind-refused">
              <Notice tone="warn" live>
                <b>{t('kindof.refused')}</b>
                <br />
                {t(refusalKey(refused))}
              </Notice>
            </div>
          )}
        </>
      )}
    </section>
  );
}
