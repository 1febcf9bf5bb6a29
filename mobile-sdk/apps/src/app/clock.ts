import { computed, signal } from '@preact/signals';

/** How far the server's clock is ahead of this device's, in milliseconds. */
export const serverAhead = signal(0);

const tick = signal(Date.now());

/** The server's time, to the second. Screens count ages and waits from here, never from the device's own clock. */
export const now = computed(() => tick.value + serverAhead.value);

/** The server's time to the millisecond, for what is written down and not only shown. */
export const serverNow = (): number => Date.now() + serverAhead.value;

/** The association's time zone. */
export const zone = signal('Asia/Tokyo');

/** Starts the second hand; call once per page. */
export function startClock(): void {
  setInterval(() => {
    tick.value = Date.now();
  }, 1000);
}

/** Holds the clock at an instant: for pictures that must come out the same. */
export function holdClock(at: number): void {
  tick.value = at;
  serverAhead.value = 0;
}
