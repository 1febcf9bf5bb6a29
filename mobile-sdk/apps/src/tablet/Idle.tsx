import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { clockTime, day, hourOf } from '../app/format.ts';
import { cannotCall, type Link } from '../app/link.ts';
import { either, T, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { LeftBehind } from '../ui/LeftBehind.tsx';
import { Dialog, LangSwitch, ThemeSwitch } from '../ui/parts.tsx';
import type { Disposition, Me } from '../wire.ts';
import { emblem } from './After.tsx';
import { DeskPhone } from './DeskPhone.tsx';

export interface IdleProps {
  me: Me;
  link: Link;
  /** What was decided in tonight's last call. */
  last: Disposition | null;
  /** Readings that somebody else left here unsent. */
  leftBehind: number;
  calling: boolean;
  onCall: () => void;
  onMeasure: () => void;
  onLast: () => void;
  /** Begins with the settings open. */
  startSettings?: boolean;
}

const greeting = (hour: number) =>
  hour >= 4 && hour < 10
    ? 'tab.hello.morning'
    : hour >= 10 && hour < 17
      ? 'tab.hello.day'
      : 'tab.hello.night';

/** The screen that stands there all night: who, what time, and one thing to press. */
export function Idle(props: IdleProps): VNode {
  const [settings, setSettings] = useState(props.startSettings ?? false);
  const { me } = props;
  const name = me.who.kind === 'tablet' ? either(me.who.name, me.who.nameLatin) : '';
  const offline = cannotCall(props.link);
  const connecting = props.link === 'connecting';
  return (
    <main class="page" data-testid="screen-idle">
      <div class="halves">
        <section class="hello">
          <h1>
            <T k={greeting(hourOf(now.value))} p={{ name }} />
          </h1>
          <div class="bigclock num">{clockTime(now.value)}</div>
          <div class="day soft">{day(now.value)}</div>
          <div class={`ready ${offline ? 'bad' : ''}`} role="status">
            {connecting ? <span class="spinner" /> : <Icon name={offline ? 'linkOff' : 'check'} />}
            <span>
              <T k={connecting ? 'tab.connecting' : offline ? 'tab.offline' : 'tab.ready'} />
              {/* Opened elsewhere: the banner says how to go on here. */}
              {offline && props.link !== 'replaced' && (
                <>
                  <br />
                  <T k="tab.offline.body" />
                </>
              )}
            </span>
          </div>
          <div class="lastslot">
            {!props.last && props.leftBehind > 0 && (
              <button
                type="button"
                class="btn lastbox"
                onClick={() => setSettings(true)}
                data-testid="left-behind-open"
              >
                <Icon name="thermometer" />
                <span class="grow" style={{ textAlign: 'left' }}>
                  <T k="left.short" p={{ n: props.leftBehind }} />
                </span>
                <Icon name="right" />
              </button>
            )}
            {props.last && (
              <button type="button" class="btn lastbox" onClick={props.onLast} data-testid="last">
                <Icon name={emblem[props.last.outcome.outcome]} />
                <span class="grow" style={{ textAlign: 'left' }}>
                  <small class="soft">
                    <T k="tab.last" />
                  </small>
                  <br />
                  <T k={`tab.outcome.${props.last.outcome.outcome}`} />
                </span>
                <Icon name="right" />
              </button>
            )}
          </div>
        </section>
        <section class="callbox">
          <button
            type="button"
            class={`callbtn ${offline ? 'off' : ''}`}
            data-testid="call"
            aria-label={t('tab.call.label')}
            aria-busy={props.calling || undefined}
            onClick={props.onCall}
          >
            {props.calling ? <span class="spinner" /> : <Icon name="phone" />}
            <span>
              <T k="tab.call" />
            </span>
          </button>
          <div style={{ visibility: offline ? 'hidden' : 'visible' }}>
            <p>
              <b>
                <T k="tab.call.sub" />
              </b>
            </p>
            {/* The press is the consent: it says so where it is pressed. */}
            <p class="consent">
              <T k="tab.call.consent" />
            </p>
          </div>
        </section>
      </div>
      <footer class="foot">
        <Button icon="thermometer" onClick={props.onMeasure} testid="measure">
          <T k="tab.sensors" />
        </Button>
        <DeskPhone phone={me.deskPhone} />
        <div class="deskphone soft">
          <span>
            <T k="tab.emergency.hint" />
          </span>
          {me.demo && (
            <span class="demo">
              <T k="app.demo" />
            </span>
          )}
        </div>
        <Button icon="sliders" onClick={() => setSettings(true)} testid="settings">
          <T k="tab.settings" />
        </Button>
      </footer>
      {settings && (
        <Dialog
          testid="settings-dialog"
          title={<T k="tab.settings" />}
          onClose={() => setSettings(false)}
          actions={
            <Button kind="primary" onClick={() => setSettings(false)}>
              <T k="close" />
            </Button>
          }
        >
          <div class="stack" style={{ marginTop: '24px' }}>
            <div class="row wrap">
              <span class="grow">
                <T k="lang.label" />
              </span>
              <LangSwitch />
            </div>
            <div class="row wrap">
              <span class="grow">
                <T k="theme.label" />
              </span>
              <ThemeSwitch words />
            </div>
            <LeftBehind readings={props.leftBehind} />
          </div>
        </Dialog>
      )}
    </main>
  );
}
