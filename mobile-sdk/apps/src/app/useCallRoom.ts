import type { Room } from '@yoban/sdk';
import { useEffect, useMemo } from 'preact/hooks';
import { hasOtherDevice, inCall, me } from '../model/call.ts';
import type { CallView } from '../wire.ts';
import type { Live } from './boot.ts';

/**
 * The room of the call this device is in. Media comes up by itself, also after a reload in the middle of a call,
 * and goes when the call is left, over, or open on another device of the person.
 */
export function useCallRoom(live: Live, call: CallView | null): Room | null {
  const own = call ? me(call) : null;
  // Another window of this device has the call: its media is there. Taken back, it comes up here again.
  const state = live.state.value;
  const elsewhere =
    state.connection === 'replaced' || (call !== null && hasOtherDevice(call, state.me?.device ?? null));
  const wanted =
    call && call.state.state !== 'ended' && own && inCall(own) && !elsewhere ? call.session : null;
  const room = useMemo(() => (wanted ? live.client.room(wanted) : null), [wanted, live]);
  useEffect(() => {
    if (!room) return;
    room.connect().catch(() => undefined);
    return () => room.disconnect();
  }, [room]);
  return room;
}
