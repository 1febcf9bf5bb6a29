/** Coming in by a link: its code is asked for again by itself, until the server says yes or no. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { YobanProblem } from '@yoban/sdk';
import { showProblem } from './problem.ts';

/** Shorter: a device without a network is kept awake for nothing. Longer: a person waits although the network is back. */
const AGAIN_MS = 5_000;
/** Shorter: a slow network is taken for none. Longer: a person wonders whether anything happens. */
const LATE_MS = 4_000;

export interface Arriving {
  /** It takes longer than it should, or could not be asked at all. */
  late: boolean;
  /** Being asked just now. */
  asking: boolean;
}

export interface Arrival {
  /** `null`: nobody is on the way in. */
  state: ReadonlySignal<Arriving | null>;
  /** True once signed in; false when the server refused, which is on the screen by then. */
  arrive: (code: string) => Promise<boolean>;
  /** Does not wait for the next time. */
  now: () => void;
}

export function arrival(signIn: (code: string) => Promise<unknown>): Arrival {
  const state = signal<Arriving | null>(null);
  let now: () => void = () => undefined;
  const pause = () =>
    new Promise<void>((done) => {
      const goOn = () => {
        clearTimeout(timer);
        window.removeEventListener('online', goOn);
        now = () => undefined;
        done();
      };
      const timer = setTimeout(goOn, AGAIN_MS);
      window.addEventListener('online', goOn);
      now = goOn;
    });
  const arrive = async (code: string) => {
    state.value = { late: false, asking: true };
    const patience = setTimeout(() => {
      state.value = { late: true, asking: state.value?.asking ?? true };
    }, LATE_MS);
    try {
      for (;;) {
        try {
          await signIn(code);
          return true;
        } catch (error) {
          if (!(error instanceof YobanProblem && error.mayPass)) {
            showProblem(error);
            return false;
          }
        }
        state.value = { late: true, asking: false };
        await pause();
        state.value = { late: true, asking: true };
      }
    } finally {
      clearTimeout(patience);
      state.value = null;
    }
  };
  return { state, arrive, now: () => now() };
}
