import { computed, effect, signal } from '@preact/signals';
import { type CallState, YobanClient } from '@yoban/sdk';
import '@fontsource/biz-udpgothic/400.css';
import '@fontsource/biz-udpgothic/700.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/ui.css';
import '../styles/messages.css';
import '../styles/forms.css';
import '../styles/video.css';
import { chooseLang, lang } from '../i18n/index.tsx';
import { aging } from '../model/aging.ts';
import type { Id } from '../wire.ts';
import { type Arrival, arrival } from './arrival.ts';
import { now, serverAhead, startClock, zone } from './clock.ts';
import { forgetDrafts } from './drafts.ts';
import { type Link, linkOf } from './link.ts';
import { attempt, problem } from './problem.ts';
import type { Send } from './send.ts';
import { applyTheme } from './theme.ts';

export interface Live {
  client: YobanClient;
  /** What the server told this device. */
  state: { readonly value: CallState };
  /** The line to the server, as a person should read it. */
  link: { readonly value: Link };
  /** Still finding out who is signed in here. */
  restoring: { readonly value: boolean };
  signIn: (code: string) => Promise<boolean>;
  /** Readings that other people who were signed in here left unsent. */
  leftBehind: { readonly value: number };
  /** Coming in by a link, which may take until there is a network. */
  arrival: Arrival;
  /** The commands of one call. */
  sendTo: (session: Id) => Send;
}

/** The code of a sign-in link stands behind `#code=`: what follows `#` never reaches a server or its log. */
function codeInAddress(): string | null {
  const match = /[#&]code=([^&]+)/.exec(location.hash);
  if (!match?.[1]) return null;
  history.replaceState(null, '', location.pathname);
  try {
    return decodeURIComponent(match[1]);
  } catch {
    // A link cut short in the middle of an escape: the server says that it knows no such code.
    return match[1];
  }
}

/** A short name for a code, from which the code cannot be read back. */
function nameOfCode(code: string): string {
  let hash = 0x811c9dc5;
  for (const letter of code) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36);
}

/**
 * Where this window keeps who it is. Each sign-in link has its own place, so that two people of one app can live in
 * two windows of one browser; a window opened without a link goes on as the last one.
 */
function place(app: string, code: string | null): string {
  const key = `yoban.${app}.place`;
  const chosen = code
    ? `${app}-${nameOfCode(code)}`
    : (sessionStorage.getItem(key) ?? localStorage.getItem(key) ?? app);
  sessionStorage.setItem(key, chosen);
  localStorage.setItem(key, chosen);
  return chosen;
}

/** Starts one app: clock, theme, language, client. Call once per page. */
export function boot(app: string): Live {
  startClock();
  applyTheme();
  chooseLang(lang.value);
  const code = codeInAddress();
  const namespace = place(app, code);
  const client = new YobanClient({ baseUrl: location.origin, storage: localStorage, namespace });
  // The same page, another link: begin again as that person.
  window.addEventListener('hashchange', () => {
    if (location.hash.includes('code=')) location.reload();
  });
  const read = () => client.store.getSnapshot();
  const snapshot = signal(read());
  client.store.subscribe(() => {
    snapshot.value = read();
  });
  effect(() => {
    serverAhead.value = snapshot.value.clockOffset;
    zone.value = snapshot.value.me?.zone ?? 'Asia/Tokyo';
    if (!snapshot.value.me) forgetDrafts();
  });
  const leftBehind = signal(0);
  const person = computed(() => snapshot.value.me?.device ?? null);
  const collect = () => {
    leftBehind.value = person.value === null ? 0 : client.collectReadings(app);
  };
  effect(collect);
  // Another window of this browser sent its own, or keeps some.
  window.addEventListener('storage', collect);
  const restoring = signal(true);
  const enter = async (code: string) => {
    await client.signIn(code);
    client.start();
  };
  const coming = arrival(enter);
  const begin = async () => {
    // Also the code of a page that was closed before the server could answer.
    const pending = code ?? client.unansweredSignIn;
    const arrived = pending !== null && (await coming.arrive(pending));
    // A link opened a second time: its code served already, and the one it signed in is still here.
    if (!arrived && (await client.restore())) {
      problem.value = null;
      client.start();
    }
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
  const signIn = (code: string) => attempt(() => enter(code));
  const link = linkOf(computed(() => snapshot.value.connection));
  const state = aging(snapshot, now);
  return { client, state, link, restoring, signIn, leftBehind, arrival: coming, sendTo };
}
