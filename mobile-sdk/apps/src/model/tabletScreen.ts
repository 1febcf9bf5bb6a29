/** Which screen the tablet shows. Pure, so that no state of a call is without a screen. */
import type { CallView, Id } from '../wire.ts';
import { isClinician, isElsewhere, me, others } from './call.ts';

export type Screen = 'idle' | 'calling' | 'fallback' | 'incall' | 'closing' | 'left' | 'elsewhere' | 'after';

/**
 * Measuring covers the page. Where the telephone number, the way back into the call or what was decided has to be seen,
 * it gives way.
 */
export const mayMeasure = (screen: Screen): boolean => screen === 'idle' || screen === 'incall';

/**
 * What the patient is told of a call that is over, as one text to compare and to keep: whoever put away that nothing is
 * decided yet, or a decision that was taken back or changed since, has not been told what stands now.
 */
export const toldOf = ({ session, disposition }: CallView): string =>
  JSON.stringify([session, disposition?.outcome ?? null, disposition?.advice ?? null]);

/** What a kept text said of this call: a decision, that there is none yet, or (null) nothing. */
export function toldBefore(told: string | null, { session }: CallView): 'decided' | 'pending' | null {
  try {
    const [of, outcome] = JSON.parse(told ?? '[]') as unknown[];
    if (of !== session) return null;
    return outcome === null ? 'pending' : 'decided';
  } catch {
    return null;
  }
}

/**
 * The screen for the newest call, on this device. `seen` is what the patient has put away, as `toldOf` has it; that is
 * shown as the idle screen. Where nobody answers, each tablet of the patient shows the telephone number.
 */
export function screenOf(call: CallView | null, seen: string | null, device: Id | null = null): Screen {
  if (!call) return 'idle';
  const open = (screen: Screen): Screen => (isElsewhere(call, device) ? 'elsewhere' : screen);
  switch (call.state.state) {
    case 'waiting':
      return call.desk?.fallback ? 'fallback' : open('calling');
    case 'ended':
      return toldOf(call) === seen ? 'idle' : 'after';
    case 'closing':
      return me(call)?.legState.state === 'left' ? 'left' : 'closing';
    case 'active': {
      if (me(call)?.legState.state === 'left') return 'left';
      const attended = others(call).some((p) => isClinician(p) && p.legState.state !== 'away');
      if (!attended && call.desk) return call.desk.fallback ? 'fallback' : open('calling');
      return open('incall');
    }
  }
}
