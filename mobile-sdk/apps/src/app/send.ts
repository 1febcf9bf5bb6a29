import { useEffect, useRef, useState } from 'preact/hooks';
import type {
  Decided,
  DeclineReason,
  Disposition,
  Finding,
  Found,
  Id,
  LegRole,
  NewReading,
  ServiceKind,
} from '../wire.ts';

/** What a person can do in one call; the session is filled in where it is sent. */
export type CallCommand =
  | {
      type:
        | 'accept'
        | 'cancel'
        | 'leave'
        | 'comeBack'
        | 'end'
        | 'undoEnd'
        | 'askRecording'
        | 'stopRecording'
        | 'stillHere';
    }
  /** `seen`: the version of the call that was looked at. */
  | { type: 'sign'; seen: number }
  | { type: 'decline'; reason: DeclineReason }
  | { type: 'bringEquipment'; device: Id }
  | { type: 'invite'; role: LegRole; person?: Id | null }
  | { type: 'withdrawInvite' | 'spokenConsent'; leg: Id }
  | { type: 'answerJoin'; leg: Id; yes: boolean }
  | { type: 'answerRecording'; yes: boolean }
  /** `seen`: what stood in its place as it was written. */
  | { type: 'assess'; finding: Finding; seen: Found }
  | { type: 'setKind'; kind: ServiceKind }
  | { type: 'setOxygenScale'; scale2: boolean; reason: string }
  | { type: 'rechecked'; note: string }
  | { type: 'dispose'; disposition: Disposition; seen: Decided }
  | { type: 'readings'; readings: NewReading[] };

/** Sends one command. True when the server stored it; a refusal is shown by then. */
export type Send = (command: CallCommand) => Promise<boolean>;

/** Runs one thing at a time and says which: its button turns, and a second tap does nothing. */
export function useBusy(): [string | null, (name: string, work: () => Promise<unknown>) => Promise<void>] {
  const [busy, setBusy] = useState<string | null>(null);
  const running = useRef(false);
  const go = async (name: string, work: () => Promise<unknown>) => {
    if (running.current) return;
    running.current = true;
    setBusy(name);
    try {
      await work();
    } finally {
      running.current = false;
      setBusy(null);
    }
  };
  return [busy, go];
}

/** Shorter: it flickers on every press; longer: one presses again. */
const SLOW_MS = 2_000;

/** What is under way takes so long that the line must be away: it is said that it goes out later. */
export function useSlow(busy: string | null): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (busy === null) return;
    const later = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(later);
  }, [busy]);
  return slow;
}
