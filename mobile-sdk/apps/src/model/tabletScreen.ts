/** Which screen the tablet shows. Pure, so that no state of a call is without a screen. */
import type { CallView } from '../wire.ts';
import { isClinician, me, others } from './call.ts';

export type Screen = 'idle' | 'calling' | 'fallback' | 'incall' | 'closing' | 'left' | 'after';

/**
 * Measuring covers the page. Where the telephone number, the way back into the call or what was decided has to be seen,
 * it gives way.
 */
export const mayMeasure = (screen: Screen): boolean => screen === 'idle' || screen === 'incall';

/**
 * The screen for the newest call. `seen` is a session whose outcome the patient has put away; `none` is shown as
 * the idle screen.
 */
export function screenOf(call: CallView | null, seen: string | null): Screen {
  if (!call) return 'idle';
  switch (call.state.state) {
    case 'waiting':
      return call.desk?.fallback ? 'fallback' : 'calling';
    case 'ended':
      return call.session === seen ? 'idle' : 'after';
    case 'closing':
      return me(call)?.legState.state === 'left' ? 'left' : 'closing';
    case 'active': {
      if (me(call)?.legState.state === 'left') return 'left';
      const attended = others(call).some((p) => isClinician(p) && p.legState.state !== 'away');
      if (!attended && call.desk) return call.desk.fallback ? 'fallback' : 'calling';
      return 'incall';
    }
  }
}
