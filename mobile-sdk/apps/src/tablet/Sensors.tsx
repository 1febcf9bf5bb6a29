import type { VNode } from 'preact';
import { T, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Live, Notice } from '../ui/parts.tsx';

export type SensorName = 'oximeter' | 'bloodPressure' | 'thermometer';
export type SensorPhase = 'off' | 'connecting' | 'measuring' | 'lost' | 'failed';

export interface SensorView {
  name: SensorName;
  phase: SensorPhase;
  /** The last value as people read it, with its unit. */
  value: string | null;
  simulated: boolean;
}

export interface SensorsProps {
  sensors: readonly SensorView[];
  bluetooth: boolean;
  /** The simulated kit may be used: demonstrations only. */
  kit: boolean;
  onStart: (name: SensorName) => void;
  onStop: (name: SensorName) => void;
  /** Connects a real device where the kit is the first choice. */
  onConnect: (name: SensorName) => void;
  onManual: () => void;
  onBack: () => void;
}

const icons: Record<SensorName, IconName> = {
  oximeter: 'drop',
  bloodPressure: 'cuff',
  thermometer: 'thermometer',
};

function SensorCard({ sensor, props }: { sensor: SensorView; props: SensorsProps }): VNode {
  const running = sensor.phase === 'connecting' || sensor.phase === 'measuring';
  const possible = props.bluetooth || props.kit;
  return (
    <article class={`sensor ${running ? 'live' : ''}`} data-testid={`sensor-${sensor.name}`}>
      <div class="name">
        <Icon name={icons[sensor.name]} />
        <h2 style={{ fontSize: 'inherit' }}>
          <T k={`sens.${sensor.name}`} />
        </h2>
      </div>
      <div class="value num" role="status">
        {sensor.value ? (
          sensor.value.split('  ').map((v) => <span key={v}>{v}</span>)
        ) : (
          <span class="soft">––</span>
        )}
      </div>
      <div class="soft">
        {sensor.phase === 'off' ? (
          <T k={`sens.${sensor.name}.how`} />
        ) : (
          <T k={sensor.phase === 'failed' ? 'sens.failed' : `sens.${sensor.phase}`} />
        )}
        {sensor.simulated && (
          <>
            <br />
            <T k="sens.simulated" />
          </>
        )}
      </div>
      {possible &&
        (running ? (
          <Button onClick={() => props.onStop(sensor.name)} testid={`stop-${sensor.name}`}>
            <T k="sens.stop" />
          </Button>
        ) : (
          <Button
            icon={props.kit ? 'heart' : 'bluetooth'}
            onClick={() => props.onStart(sensor.name)}
            testid={`start-${sensor.name}`}
          >
            <T k={props.kit ? 'sens.title' : 'sens.connect'} />
          </Button>
        ))}
      {props.kit && props.bluetooth && !running && (
        <Button
          icon="bluetooth"
          onClick={() => props.onConnect(sensor.name)}
          testid={`connect-${sensor.name}`}
        >
          <T k="sens.connect" />
        </Button>
      )}
    </article>
  );
}

/** Measuring: sensors that send by themselves, and the way by hand. */
export function Sensors(props: SensorsProps): VNode {
  const values = props.sensors.flatMap((s) => (s.value ? [`${t(`sens.${s.name}`)} ${s.value}`] : []));
  return (
    <main class="page" data-testid="screen-sensors">
      <Live text={values.join(' ')} />
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
        {props.sensors.map((sensor) => (
          <SensorCard sensor={sensor} props={props} key={sensor.name} />
        ))}
      </div>
      {!props.bluetooth && !props.kit && (
        <Notice tone="warn">
          <T k="sens.noBluetooth" />
        </Notice>
      )}
    </main>
  );
}
