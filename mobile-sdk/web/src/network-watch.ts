/** Tells when the device's way to the network changed, and when the page is seen again. */
import type { Unsubscribe } from './emitter.ts';

/** Back on the network, or on another one (Wi-Fi to mobile). */
export function watchNetwork(changed: () => void): Unsubscribe {
  if (typeof window === 'undefined') return () => undefined;
  const connection = (navigator as { connection?: EventTarget & { type?: string } }).connection;
  let kind = connection?.type;
  const onChange = () => {
    // The event also tells of new guesses about speed; only another kind of network is another way.
    if (connection?.type === kind) return;
    kind = connection?.type;
    changed();
  };
  window.addEventListener('online', changed);
  connection?.addEventListener?.('change', onChange);
  return () => {
    window.removeEventListener('online', changed);
    connection?.removeEventListener?.('change', onChange);
  };
}

/** The page is seen again after it was hidden. */
export function whenShown(shown: () => void): Unsubscribe {
  if (typeof document === 'undefined') return () => undefined;
  const changed = () => {
    if (document.visibilityState === 'visible') shown();
  };
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}
