import type { NewReading, Vital } from '../wire.ts';
import { serverNow } from './clock.ts';

/** A fresh random id. `crypto.randomUUID` needs a secure context; this does not. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * A value somebody has just typed: people type what they see now. By the server's clock, since it may be delivered
 * much later, and a tablet's own is often wrong.
 */
export const typed = (vital: Vital): NewReading => ({
  id: uuid(),
  vital,
  takenAt: serverNow(),
  origin: { kind: 'manual' },
  flags: [],
});
