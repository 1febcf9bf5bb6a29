import type { NewReading, Timestamp, Vital } from '../wire.ts';

/** A fresh random id. `crypto.randomUUID` needs a secure context; this does not. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * A value somebody typed at `takenAt`: people type what they see, and may save it much later. By the server's clock,
 * since a tablet's own is often wrong.
 */
export const typed = ({ vital, takenAt }: { vital: Vital; takenAt: Timestamp }): NewReading => ({
  id: uuid(),
  vital,
  takenAt,
  origin: { kind: 'manual' },
  flags: [],
});
