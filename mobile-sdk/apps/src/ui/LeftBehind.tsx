import type { VNode } from 'preact';
import { T } from '../i18n/index.tsx';
import { Notice } from './parts.tsx';

/** Somebody else was signed in here and left readings that the server never got: only they can send them. */
export function LeftBehind({ readings }: { readings: number }): VNode | null {
  if (readings === 0) return null;
  return (
    <div data-testid="left-behind">
      <Notice tone="warn" icon="thermometer">
        <b>
          <T k="left.title" p={{ n: readings }} />
        </b>
        <p>
          <T k="left.body" />
        </p>
      </Notice>
    </div>
  );
}
