import type { VNode } from 'preact';
import { nextOf, problem, titleOf } from '../app/problem.ts';
import { t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** The newest refusal: what happened and what to do now. It stays until it is closed or something works. */
export function ProblemToast(): VNode | null {
  const shown = problem.value;
  if (!shown) return null;
  return (
    <div class="problem" role="alert" data-testid="problem" data-code={shown.code}>
      <Icon name="alert" />
      <div>
        <strong>{titleOf(shown)}</strong>
        <span>{nextOf(shown)}</span>
        {shown.traceId && <small class="soft"> {t('problem.trace', { id: shown.traceId })}</small>}
      </div>
      <Button
        icon="cross"
        kind="ghost"
        label={t('close')}
        testid="problem-close"
        onClick={() => {
          problem.value = null;
        }}
      />
    </div>
  );
}
