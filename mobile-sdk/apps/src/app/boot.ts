import { computed, effect, signal } from '@preact/signals';
import { YobanClient } from '@yoban/sdk';
import '@fontsource/biz-udpgothic/400.css';
import '@fontsource/biz-udpgothic/700.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/ui.css';
import { chooseLang, lang } from '../i18n/index.tsx';
import type { Link } from '../ui/Banner.tsx';
import type { CallView, Id, Me, QueueItem, VitalsView } from '../wire.ts';
import { serverAhead, startClock, zone } from './clock.ts';
import { attempt } from './problem.ts';
import type { Send } from './send.ts';
import { applyTheme } from './theme.ts';

/** What the server told this device. The same as the SDK's state, in the words of `wire.ts`. */
export interface LiveState {
  connection: Link;
  me: Me | null;
  calls: readonly CallView[];
  queue: readonly QueueItem[];
  vitals: Readonly<Record<Id, VitalsView>>;
  clockOffset: number;
  ready: boolean;
}

export interface Live {
  client: YobanClient;
  state: { readonly value: LiveState };
  /** Still finding out who is signed in here. */
  restoring: { readonly value: boolean };
  signIn: (code: string) => Promise<boolean>;
  /** The commands of one call. */
  sendTo: (session: Id) => Send;
}

/** The code of a sign-in link stands behind `#code=`: what follows `#` never reaches a server or its log. */
function codeInAddress(): string | null {
  const match = /[#&?]code=([^&]+)/.exec(location.hash) ?? /[?&]code=([^&]+)/.exec(location.search);
  if (!match?.[1]) return null;
  history.replaceState(null, '', location.pathname);
  return decodeURIComponent(match[1]);
}

/** Starts one app: clock, theme, language, client. Call once per page. */
export function boot(namespace: string): Live {
  startClock();
  applyTheme();
  chooseLang(lang.value);
  const client = new YobanClient({ baseUrl: location.origin, storage: localStorage, namespace });
  const read = () => client.store.getSnapshot() as unknown as LiveState;
  const snapshot = signal(read());
  client.store.subscribe(() => {
    snapshot.value = read();
  });
  effect(() => {
    serverAhead.value = snapshot.value.clockOffset;
    zone.value = snapshot.value.me?.zone ?? 'Asia/Tokyo';
  });
  const restoring = signal(true);
  const signIn = (code: string) =>
    attempt(async () => {
      await client.signIn(code);
      client.start();
    });
  const begin = async () => {
    const code = codeInAddress();
    if (code) await signIn(code);
    else if (await client.restore()) client.start();
    restoring.value = false;
  };
  void begin();
  const sendTo =
    (session: Id): Send =>
    (command) =>
      attempt(() =>
        command.type === 'readings'
          ? client.sendReadings(command.readings as never, session)
          : client.send({ ...command, session } as never),
      );
  return { client, state: computed(() => snapshot.value), restoring, signIn, sendTo };
}
