import type { VNode } from 'preact';
import { T, t } from '../i18n/index.tsx';
import type { SensorName, SensorView } from '../model/sensors.ts';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Live, Notice } from '../ui/parts.tsx';
import { useSeldom } from '../ui/useSeldom.ts';

export interface SensorsProps {
  sensors: readonly SensorView[];
  bluetooth: boolean;
  /** The simulated kit may be used: demonstrations only. */
  kit: boolean;
  /** Plays the kit's one. */
  onStart: (name: SensorName) => void;
  onStop: (name: SensorName) => void;
  /** Connects a real device. */
  onConnect: (name: SensorName) => void;
  onManual: () => void;
  onBack: () => void;
  /** A question lies over the page: nothing of it is pressed. */
  asked?: boolean;
}

const icons: Record<SensorName, IconName> = {
  oximeter: 'drop',
  bloodPressure: 'cuff',
  thermometer: 'thermometer',
  other: 'bluetooth',
};

/** The kit's cuff has done its work when it has measured; a real one stays connected. */
const runs = ({ phase, simulated }: SensorView): boolean =>
  ['connecting', 'measuring', 'wrong'].includes(phase) || (!simulated && ['done', 'again'].includes(phase));

function Head({ sensor }: { sensor: SensorView }): VNode {
  return (
    <div class="name">
      <Icon name={icons[sensor.name]} />
      <h2 style={{ fontSize: 'inherit' }}>
        <T k={`sens.${sensor.name}`} />
      </h2>
    </div>
  );
}

function Value({ sensor }: { sensor: SensorView }): VNode {
  return (
    <div class="value num">
      {sensor.value ? (
        sensor.value.split('  ').map((v) => <span key={v}>{v}</span>)
      ) : (
        <span class="soft">––</span>
      )}
    </div>
  );
}

function Stands({ sensor }: { sensor: SensorView }): VNode {
  const { phase, hint } = sensor;
  return (
    <div
      class={hint || phase === 'failed' || phase === 'wrong' ? 'mend' : phase === 'done' ? 'done' : 'soft'}
    >
      {hint ? (
        <T k={`sens.hint.${hint}`} />
      ) : (
        <T k={phase === 'off' ? `sens.${sensor.name}.how` : `sens.${phase}`} />
      )}
      {sensor.simulated && (
        <>
          <br />
          <span class="soft">
            <T k="sens.simulated" />
          </span>
        </>
      )}
    </div>
  );
}

function Stop({ sensor, props }: { sensor: SensorView; props: SensorsProps }): VNode {
  return (
    <Button onClick={() => props.onStop(sensor.name)} testid={`stop-${sensor.name}`}>
      <T k="sens.stop" />
    </Button>
  );
}

function Connect({ sensor, props }: { sensor: SensorView; props: SensorsProps }): VNode {
  return (
    <Button icon="bluetooth" onClick={() => props.onConnect(sensor.name)} testid={`connect-${sensor.name}`}>
      <T k="sens.connect" />
    </Button>
  );
}

function SensorCard({ sensor, props }: { sensor: SensorView; props: SensorsProps }): VNode {
  const running = runs(sensor);
  return (
    <article class={`sensor ${running ? 'live' : ''}`} data-testid={`sensor-${sensor.name}`}>
      <Head sensor={sensor} />
      <Value sensor={sensor} />
      <Stands sensor={sensor} />
      <div class="ways">
        {running && <Stop sensor={sensor} props={props} />}
        {!running && props.kit && (
          <Button icon="heart" onClick={() => props.onStart(sensor.name)} testid={`start-${sensor.name}`}>
            <T k="sens.title" />
          </Button>
        )}
        {!running && props.bluetooth && <Connect sensor={sensor} props={props} />}
      </div>
    </article>
  );
}

/** What is measured seldom and has no card of its own. Real devices alone: the kit has none of them. */
function OtherDevice({ sensor, props }: { sensor: SensorView; props: SensorsProps }): VNode {
  const running = runs(sensor);
  return (
    <article class={`sensor other ${running ? 'live' : ''}`} data-testid={`sensor-${sensor.name}`}>
      <Head sensor={sensor} />
      {sensor.value && ['measuring', 'done'].includes(sensor.phase) ? (
        <Value sensor={sensor} />
      ) : (
        <Stands sensor={sensor} />
      )}
      <div class="ways">
        {running ? <Stop sensor={sensor} props={props} /> : <Connect sensor={sensor} props={props} />}
      </div>
    </article>
  );
}

/** Shorter: a voice that counts along with the sensor, over which nobody is heard. Longer: a value that came is missed. */
const ALOUD_MS = 30_000;

/** What every sensor shows, and what went wrong. */
const inWords = (sensors: readonly SensorView[]): string =>
  sensors
    .flatMap((s) => {
      const { phase, hint } = s;
      const bad = phase === 'failed' || phase === 'wrong' || phase === 'lost';
      const state = hint ? t(`sens.hint.${hint}`) : bad ? t(`sens.${phase}`) : null;
      return (state ?? s.value) ? [`${t(`sens.${s.name}`)} ${state ?? s.value}`] : [];
    })
    .join(t('and'));

/** Measuring: sensors that send by themselves, and the way by hand. */
export function Sensors(props: SensorsProps): VNode {
  const other = props.sensors.find((sensor) => sensor.name === 'other');
  const said = useSeldom(inWords(props.sensors), ALOUD_MS);
  return (
    <main class="page" data-testid="screen-sensors" inert={props.asked}>
      <Live text={said} />
      <header class="topline">
        <Button icon="left" onClick={props.onBack} testid="back">
          <T k="tab.back" />
        </Button>
        <h1 class="grow">
          <T k="sens.title" />
        </h1>
        <Button kind="primary" icon="keypad" onClick={props.onManual} testid="manual">
          <T k="sens.manual" />
        </Button>
      </header>
      <p>
        <T k="sens.sub" />
      </p>
      <div class="sensorgrid">
        {props.sensors
          .filter((sensor) => sensor.name !== 'other')
          .map((sensor) => (
            <SensorCard sensor={sensor} props={props} key={sensor.name} />
          ))}
      </div>
      {props.bluetooth && other && <OtherDevice sensor={other} props={props} />}
      {!props.bluetooth && !props.kit && (
        <Notice tone="warn">
          <T k="sens.noBluetooth" />
        </Notice>
      )}
    </main>
  );
}
