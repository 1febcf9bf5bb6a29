import type { ComponentChildren, VNode } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { type Choice, chooseTheme, themeChoice } from '../app/theme.ts';
import { chooseLang, type Lang, lang, T, t } from '../i18n/index.tsx';
import type { Urgency } from '../wire.ts';
import { Button } from './Button.tsx';
import { Icon, type IconName, Mark } from './Icon.tsx';
import { useFocus } from './useFocus.ts';

export function Brand({ text }: { text?: string }): VNode {
  return (
    <span class="brand">
      <Mark />
      <span>{text ?? <T k="app.name" />}</span>
    </span>
  );
}

export function Empty(props: {
  icon: IconName;
  title: string;
  sub?: string;
  children?: ComponentChildren;
}): VNode {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      <strong>{props.title}</strong>
      {props.sub && <p>{props.sub}</p>}
      {props.children}
    </div>
  );
}

/** Before a page knows what to show: in its middle, where the eye is. */
export function LoadingPage({ text }: { text?: string }): VNode {
  return (
    <main class="loadingpage" data-testid="screen-loading">
      <Loading {...(text ? { text } : {})} />
    </main>
  );
}

export function Loading({ text }: { text?: string }): VNode {
  return (
    <div class="empty" role="status">
      <span class="spinner" />
      <span>{text ?? <T k="loading" />}</span>
    </div>
  );
}

/** Something that was asked for and did not come: a place of its own, and a way to ask again. */
export function Unread(props: { onRetry: () => void; testid: string }): VNode {
  return (
    <div data-testid={props.testid}>
      <Empty icon="linkOff" title={t('unread.title')} sub={t('unread.sub')}>
        <Button icon="undo" onClick={props.onRetry} testid={`${props.testid}-retry`}>
          {t('retry')}
        </Button>
      </Empty>
    </div>
  );
}

export function Notice(props: {
  tone?: 'info' | 'warn' | 'bad' | 'good';
  icon?: IconName;
  live?: boolean;
  children: ComponentChildren;
}): VNode {
  const tone = props.tone ?? 'info';
  const icon = props.icon ?? (tone === 'good' ? 'check' : tone === 'info' ? 'info' : 'alert');
  return (
    <div class={`notice ${tone}`} role={props.live ? 'status' : undefined}>
      <Icon name={icon} />
      <div class="grow">{props.children}</div>
    </div>
  );
}

/** Says a change of state to screen readers, without showing it twice. */
export function Live({ text, urgent = false }: { text: string; urgent?: boolean }): VNode {
  return (
    <div class="sr" role={urgent ? 'alert' : 'status'} aria-live={urgent ? 'assertive' : 'polite'}>
      {text}
    </div>
  );
}

export function UrgencyChip({ urgency, what = true }: { urgency: Urgency; what?: boolean }): VNode {
  return (
    <span class={`chip u-${urgency}`}>
      {t(`urgency.${urgency}`)}
      {what && <span>{t(`urgency.${urgency}.what`)}</span>}
    </span>
  );
}

export function LangSwitch(): VNode {
  const option = (code: Lang) => (
    <button
      type="button"
      lang={code}
      aria-pressed={lang.value === code}
      data-testid={`lang-${code}`}
      onClick={() => chooseLang(code)}
    >
      <T k={`lang.${code}`} />
    </button>
  );
  return (
    <fieldset class="switch" aria-label={t('lang.label')}>
      {option('ja')}
      {option('en')}
    </fieldset>
  );
}

/** For narrow places: one button that changes to the other language, written in that language. */
export function LangButton(): VNode {
  const other: Lang = lang.value === 'ja' ? 'en' : 'ja';
  return (
    <button
      class="btn ghost"
      type="button"
      lang={other}
      data-testid="lang-other"
      onClick={() => chooseLang(other)}
    >
      {t(`lang.${other}`)}
    </button>
  );
}

const brightness: Record<Choice, IconName> = { auto: 'clock', night: 'moon', day: 'sun' };

/** `words`: for who does not read signs. */
export function ThemeSwitch({ words = false }: { words?: boolean }): VNode {
  return (
    <fieldset class="switch" aria-label={t('theme.label')}>
      {(['auto', 'night', 'day'] as const).map((choice) => (
        <button
          key={choice}
          type="button"
          aria-pressed={themeChoice.value === choice}
          aria-label={t(`theme.${choice}`)}
          title={t(`theme.${choice}`)}
          data-testid={`theme-${choice}`}
          onClick={() => chooseTheme(choice)}
        >
          <Icon name={brightness[choice]} />
          {words && (
            <span>
              <T k={`theme.${choice}`} />
            </span>
          )}
        </button>
      ))}
    </fieldset>
  );
}

/** A question over the page. Escape and the quiet button answer no. */
export function Dialog(props: {
  title: ComponentChildren;
  children?: ComponentChildren;
  actions: ComponentChildren;
  onClose: () => void;
  testid?: string;
}): VNode {
  const ref = useRef<HTMLDialogElement>(null);
  const title = useId();
  useFocus(
    () => {
      if (ref.current && !ref.current.open) ref.current.showModal();
    },
    () => ref.current?.close(),
  );
  return (
    <dialog
      class="dialog"
      ref={ref}
      aria-labelledby={title}
      data-testid={props.testid}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <div class="panel">
        <h2 id={title}>{props.title}</h2>
        {props.children}
        <div class="actions">{props.actions}</div>
      </div>
    </dialog>
  );
}

export function Field(props: {
  label: string;
  hint?: string;
  error?: string;
  children: ComponentChildren;
}): VNode {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label class="field">
      <span>
        {props.label} {props.hint && <span class="hint">{props.hint}</span>}
      </span>
      {props.children}
      {props.error && (
        <span class="error" role="alert">
          {props.error}
        </span>
      )}
    </label>
  );
}

/** Choose one of a few. */
export function Choices<V extends string>(props: {
  name: string;
  label: string;
  options: readonly { value: V; text: ComponentChildren; sub?: string; disabled?: boolean }[];
  value: V | null | undefined;
  columns?: number;
  onChange: (value: V) => void;
}): VNode {
  return (
    <fieldset class="choices" style={{ '--columns': props.columns ?? 1 }}>
      <legend class="sr">{props.label}</legend>
      {props.options.map((option) => (
        <label class="choice" key={option.value}>
          <input
            type="radio"
            name={props.name}
            value={option.value}
            checked={props.value === option.value}
            disabled={option.disabled}
            data-testid={`${props.name}-${option.value}`}
            onChange={() => props.onChange(option.value)}
          />
          <span class="mark" />
          <span class="grow">
            {option.text}
            {option.sub && <small class="soft"> {option.sub}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
