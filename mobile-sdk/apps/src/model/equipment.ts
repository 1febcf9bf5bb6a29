/** Cameras and displays of a bedside: which there are, and where each stands in this call. */
import type { IconName } from '../ui/Icon.tsx';
import type { CallView, EquipmentCard, Participant } from '../wire.ts';
import { inCall } from './call.ts';

/** `gone`: it was in the call and is out again. `elsewhere`: known from this call, and not to be had now. */
export type EquipmentState =
  | 'ready'
  | 'asked'
  | 'connecting'
  | 'on'
  | 'away'
  | 'refused'
  | 'gone'
  | 'elsewhere';

export interface EquipmentRow {
  card: EquipmentCard;
  leg: Participant | null;
  state: EquipmentState;
}

function stateOf(leg: Participant, listed: boolean): EquipmentState {
  if (inCall(leg)) {
    if (leg.join.consent === 'asked') return 'asked';
    if (leg.legState.state === 'away') return 'away';
    return leg.legState.state === 'joined' && leg.gateOpen ? 'on' : 'connecting';
  }
  if (leg.join.consent === 'refused') return 'refused';
  return listed ? 'gone' : 'elsewhere';
}

/** What the server offers, and what is or was in the call; each device once, in the order of its name. */
export function equipmentRows(call: CallView, listed: readonly EquipmentCard[]): EquipmentRow[] {
  const legs = call.people.filter((p) => p.role === 'device' && p.equipment);
  const cards = new Map(listed.map((card) => [card.device, card]));
  for (const { equipment } of legs) if (equipment) cards.set(equipment.device, equipment);
  return [...cards.values()]
    .map((card): EquipmentRow => {
      const leg = legs.find((p) => p.equipment?.device === card.device) ?? null;
      const there = listed.some((c) => c.device === card.device);
      return { card, leg, state: leg ? stateOf(leg, there) : 'ready' };
    })
    .sort(
      (a, b) => a.card.name.localeCompare(b.card.name, 'ja') || a.card.device.localeCompare(b.card.device),
    );
}

export const equipmentIcon = (card: EquipmentCard): IconName =>
  card.kind === 'wallDisplay' ? 'desk' : 'camera';

/** A display shows the call and sends nothing: it has no picture of its own. */
export const sendsPicture = (p: Participant): boolean => p.equipment?.kind !== 'wallDisplay';
