import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import { LONGEST_TEXT, NEAR_THE_END, roomIn } from '../model/limits.ts';

/** Room for a text. Near the end it says how much is left: the server would refuse what is longer. */
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
        maxLength={LONGEST_TEXT}
        placeholder={props.placeholder}
        aria-invalid={left < 0}
        data-testid={props.testid}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {left <= NEAR_THE_END && (
        <span class={`room num ${left < 0 ? 'error' : ''}`} data-testid={`${props.testid}-room`}>
          {left > 0
            ? t('text.left', { n: left })
            : left === 0
              ? t('text.full', { most: LONGEST_TEXT })
              : t('text.over', { n: -left })}
        </span>
      )}
    </>
  );
}
