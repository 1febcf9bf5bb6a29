import type { VNode } from 'preact';
import { equipmentOf } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import type { Equipment } from '../app/useEquipment.ts';
import { t } from '../i18n/index.tsx';
import { type EquipmentRow, type EquipmentState, equipmentIcon, equipmentRows } from '../model/equipment.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Empty, Loading } from '../ui/parts.tsx';
import type { CallView, EquipmentCard } from '../wire.ts';

const tone: Record<EquipmentState, string> = {
  ready: '',
  asked: 'warn',
  connecting: 'warn',
  on: 'good',
  away: 'warn',
  refused: 'bad',
  gone: '',
  elsewhere: '',
};

const stateText = ({ state, card }: EquipmentRow): string =>
  state === 'on' ? t(`equip.on.${card.kind}`) : t(`equip.${state}`);

function Device({ row, send, full }: { row: EquipmentRow; send: Send; full: boolean }): VNode {
  const { card, leg, state } = row;
  const [busy, go] = useBusy();
  const inside = state === 'asked' || state === 'connecting' || state === 'on' || state === 'away';
  const name = equipmentOf(card);
  // One button all the while: whoever pressed it by keyboard is still on it when it means the other thing.
  return (
    <li class="member" data-testid={`equipment-${card.device}`} data-state={state}>
      <Icon name={equipmentIcon(card)} />
      <div class="grow">
        <b>{name}</b>
        <div class="soft">{t(`equip.kind.${card.kind}`)}</div>
        <span class={`chip wrapping ${tone[state]}`} role="status">
          {stateText(row)}
        </span>
      </div>
      <div class="member-end">
        <Button
          icon={inside ? 'cross' : equipmentIcon(card)}
          label={t(inside ? 'equip.out.of' : 'equip.bring.of', { name })}
          busy={busy !== null}
          disabled={!inside && (full || state === 'elsewhere')}
          testid={`equipment-${card.device}-move`}
          onClick={() =>
            go('move', () =>
              inside && leg
                ? send({ type: 'withdrawInvite', leg: leg.leg })
                : send({ type: 'bringEquipment', device: card.device }),
            )
          }
        >
          {t(
            state === 'asked'
              ? 'equip.unask'
              : inside
                ? 'equip.out'
                : state === 'refused'
                  ? 'equip.again'
                  : 'equip.bring',
          )}
        </Button>
      </div>
    </li>
  );
}

/** As many as a call holds (domain/src/session/room.rs). */
const ROOM = 5;

/** The cameras and displays of this bedside: bring one in, and the tablet asks the patient; take it out again. */
export function EquipmentList(props: {
  call: CallView;
  found: Equipment;
  onRetry: () => void;
  send: Send;
}): VNode {
  const { call, found } = props;
  const rows = equipmentRows(call, Array.isArray(found) ? (found as readonly EquipmentCard[]) : []);
  const inside = call.people.filter((p) => ['accepted', 'joined', 'away'].includes(p.legState.state)).length;
  return (
    <section class="block" data-testid="equipment">
      <h3>{t('equip.title')}</h3>
      {rows.length > 0 && (
        <ul class="members">
          {rows.map((row) => (
            <Device row={row} send={props.send} full={inside >= ROOM} key={row.card.device} />
          ))}
        </ul>
      )}
      {found === 'unreadable' ? (
        <Empty icon="linkOff" title={t('equip.unreadable')} sub={t('equip.unreadableSub')}>
          <Button icon="undo" onClick={props.onRetry} testid="equipment-retry">
            {t('retry')}
          </Button>
        </Empty>
      ) : rows.length > 0 ? (
        <p class="soft">{t(inside >= ROOM ? 'equip.full' : 'equip.sub')}</p>
      ) : found === null ? (
        <Loading text={t('equip.loading')} />
      ) : (
        <Empty icon="camera" title={t('equip.none')} sub={t('equip.noneSub')} />
      )}
    </section>
  );
}
