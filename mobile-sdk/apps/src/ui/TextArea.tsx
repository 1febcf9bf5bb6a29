import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import { LONGEST_TEXT, NEAR_THE_END, roomIn } from '../model/limits.ts';

/**
 * Room for a text. Near the end it says how much is left. What is longer stays, and is not saved: the server would refuse
 * it, and what a field cuts off by itself nobody misses in time.
 */
export function TextArea(props: {
  value: string;
  rows: number;
  onInput: (text: string) => void;
  testid: string;
  placeholder?: string;
}): VNode {
  const left = roomIn(props.value);
  return (
    <>
      <textarea
        class="input"
        rows={props.rows}
        value={props.value}
        placeholder={props.placeholder}
        aria-invalid={left < 0}
        data-testid={props.testid}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {left <= NEAR_THE_END && (
        <span
          class={`room num ${left < 0 ? 'error' : ''}`}
          role={left < 0 ? 'alert' : undefined}
          data-testid={`${props.testid}-room`}
        >
          {left > 0
            ? t('text.left', { n: left, most: LONGEST_TEXT })
            : left === 0
              ? t('text.full', { most: LONGEST_TEXT })
              : t('text.over', { n: -left, most: LONGEST_TEXT })}
        </span>
      )}
    </>
  );
}
