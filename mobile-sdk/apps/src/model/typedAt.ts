/** When a value was typed that is not saved yet. Drafts outlive panels and records: hours may lie between. */
import type { Timestamp } from '../wire.ts';

/**
 * From this age on one is asked whether it is still so. Shorter: asked while the other values are still being looked
 * at. Longer: a breathing rate of before the fit is taken for the one after it.
 */
export const OLD_MS = 5 * 60_000;

export const isOld = (at: Timestamp, now: Timestamp): boolean => now - at >= OLD_MS;
