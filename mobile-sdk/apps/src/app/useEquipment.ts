import { useCallback, useEffect, useState } from 'preact/hooks';
import { inCall, me } from '../model/call.ts';
import type { CallView, EquipmentCard } from '../wire.ts';
import type { Live } from './boot.ts';

/** What could be brought into the call. `null`: still being asked for. */
export type Equipment = readonly EquipmentCard[] | null | 'unreadable';

/**
 * Asked for when one is in the call, again when a device came or went (another call may have taken it meanwhile), and
 * by hand after a failure.
 */
export function useEquipment(live: Live, call: CallView | null): [Equipment, () => void] {
  const [found, setFound] = useState<Equipment>(null);
  const [turn, setTurn] = useState(0);
  const own = call ? me(call) : null;
  const session = call && own && inCall(own) && call.state.state === 'active' ? call.session : null;
  const devices = (call?.people ?? []).filter((p) => p.role === 'device').map((p) => `${p.leg} ${inCall(p)}`);
  useEffect(() => {
    if (!session) return;
    let current = true;
    live.client.rest.equipment(session).then(
      (cards) => current && setFound(cards),
      // An older answer is better than none.
      () => current && setFound((before) => (Array.isArray(before) ? before : 'unreadable')),
    );
    return () => {
      current = false;
    };
  }, [live, session, devices.join(), turn]);
  const again = useCallback(() => {
    setFound(null);
    setTurn((n) => n + 1);
  }, []);
  return [found, again];
}
