import type { VNode } from 'preact';
import type { MediaView } from '../app/media.ts';
import { T } from '../i18n/index.tsx';
import { Icon } from './Icon.tsx';

/** Sound and picture come badly, or not at all, over a connection that holds: in words, since one sees only a still face. */
export function WeakLine({ media }: { media: MediaView }): VNode {
  const { quality } = media;
  const bad = quality === 'poor' || quality === 'lost';
  return (
    <div class="weakline" role="status">
      {bad && (
        <span class="chip wrapping warn" data-testid={`line-${quality}`}>
          <Icon name="linkOff" />
          <span>
            <T k={`weak.${quality}`} />
          </span>
        </span>
      )}
    </div>
  );
}
