import type { ComponentChildren, VNode } from 'preact';
import { Icon, type IconName } from './Icon.tsx';

export interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  kind?: 'plain' | 'primary' | 'yes' | 'stop' | 'ghost';
  /** Needed where there is no visible text. */
  label?: string;
  class?: string;
  busy?: boolean;
  /** Just appeared under a finger that meant something else: looks as ever and takes no press yet. */
  fresh?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  type?: 'button' | 'submit';
  /** The element that is found by tests and scripts, whatever the language. */
  testid?: string;
  title?: string;
  onClick?: () => void;
}

/** While it works it takes no second press and keeps the focus, which a disabled button would lose. */
export function Button(props: ButtonProps): VNode {
  const { children, icon, kind = 'plain', label, busy = false, disabled = false, pressed, testid } = props;
  const fresh = props.fresh ?? false;
  return (
    <button
      type={props.type ?? 'button'}
      class={`btn ${kind} ${fresh ? 'fresh' : ''} ${children ? '' : 'icon-only'} ${props.class ?? ''}`}
      aria-label={label}
      title={props.title ?? (children ? undefined : label)}
      aria-pressed={pressed}
      aria-busy={busy || undefined}
      aria-disabled={busy || fresh || undefined}
      disabled={disabled}
      data-testid={testid}
      onClick={busy || fresh ? undefined : props.onClick}
    >
      {busy ? <span class="spinner" /> : icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}
