import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Picture } from '../app/media.ts';
import { Icon, type IconName } from './Icon.tsx';

export interface TileProps {
  picture: Picture | null;
  /** For screen readers. */
  label: string;
  /** First letter of the name, shown while there is no picture. */
  monogram?: string;
  /** Why there is no picture, in words. */
  veil?: { icon?: IconName; text: ComponentChildren } | null;
  plate?: ComponentChildren;
  muted?: boolean;
  mutedLabel?: string;
  speaking?: boolean;
  mirrored?: boolean;
  class?: string;
  testid?: string;
}

/** One person's picture. Its box is there before the picture is, so that nothing jumps. */
export function VideoTile(props: TileProps): VNode {
  const video = useRef<HTMLVideoElement>(null);
  const { picture, veil } = props;
  useEffect(() => {
    const element = video.current;
    if (!element || !picture) return;
    picture.attach(element);
    return () => {
      picture.detach(element);
    };
  }, [picture]);
  const state = `${props.speaking ? 'speaking' : ''} ${props.mirrored ? 'mirrored' : ''}`;
  return (
    <figure class={`tile ${state} ${props.class ?? ''}`} data-testid={props.testid}>
      <video
        ref={video}
        playsInline
        muted
        autoPlay
        aria-label={props.label}
        hidden={!picture || Boolean(veil)}
      />
      {(!picture || veil) && (
        <div class="veil">
          {props.monogram ? (
            <span class="monogram" aria-hidden="true">
              {props.monogram}
            </span>
          ) : (
            <Icon name={veil?.icon ?? 'camera'} />
          )}
          {veil && <span>{veil.text}</span>}
        </div>
      )}
      {(props.plate || props.muted) && (
        <figcaption class="plate">
          {props.muted && (
            <>
              <Icon name="micOff" />
              <span class="sr">{props.mutedLabel}</span>
            </>
          )}
          {props.plate}
        </figcaption>
      )}
    </figure>
  );
}
