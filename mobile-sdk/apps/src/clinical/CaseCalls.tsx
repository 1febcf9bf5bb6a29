import type { VNode } from 'preact';
import { clockTime } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import { standOf } from '../model/queue.ts';
import { Button } from '../ui/Button.tsx';
import { UrgencyChip } from '../ui/parts.tsx';
import type { CaseCall, Id } from '../wire.ts';

const said = {
  running: { tone: '', words: 'queue.running' },
  cancelled: { tone: '', words: 'queue.call.cancelled' },
  undecided: { tone: 'warn', words: 'queue.needsDecision' },
  unsigned: { tone: 'warn', words: 'queue.unsigned' },
  signed: { tone: 'good', words: 'queue.signed' },
} as const;

/** The other calls of a case: when, what was decided, and the way to each record that one may open. */
export function CaseCalls(props: {
  calls: readonly CaseCall[];
  onOpen: (session: Id) => void;
}): VNode | null {
  if (props.calls.length === 0) return null;
  return (
    <section class="casecalls" aria-label={t('queue.calls')} data-testid="case-calls">
      <p class="soft">{t('queue.calls')}</p>
      <ul>
        {props.calls.map((call) => {
          const { tone, words } = said[standOf(call)];
          const facts = (
            <>
              <span class="num">{clockTime(call.requestedAt)}</span>
              {call.urgency && <UrgencyChip urgency={call.urgency} what={false} />}
              {call.disposition && (
                <span class="chip wrapping">{t(`outcome.${call.disposition.outcome}`)}</span>
              )}
              <span class={`chip wrapping ${tone}`}>{t(words)}</span>
            </>
          );
          return (
            <li key={call.session} data-testid={`case-call-${call.session}`}>
              {call.mayOpen ? (
                <Button
                  icon="record"
                  class="wide"
                  onClick={() => props.onOpen(call.session)}
                  testid="case-call"
                >
                  {facts}
                </Button>
              ) : (
                <div class="row wrap soft">{facts}</div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
