import type { VNode } from 'preact';
import { nextOf, problem, type Shown, titleOf } from '../app/problem.ts';
import { T, t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** The server's words, as it wrote them, or our own where it gave none. */
export function Said({ what, shown }: { what: 'title' | 'next'; shown: Shown }): VNode {
  return <>{(what === 'title' ? titleOf : nextOf)(shown) ?? <T k={`problem.network.${what}`} />}</>;
}

/** The newest refusal: what happened and what to do now. It stays until it is closed or something works. */
export function ProblemToast(): VNode | null {
  const shown = problem.value;
  if (!shown) return null;
  return (
    <div class="problem" role="alert" data-testid="problem" data-code={shown.code}>
      <Icon name="alert" />
      <div>
        <strong>
          <Said what="title" shown={shown} />
        </strong>
        <span>
          <Said what="next" shown={shown} />
        </span>
        {shown.traceId && (
          <small class="soft">
            {' '}
            <T k="problem.trace" p={{ id: shown.traceId }} />
          </small>
        )}
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
