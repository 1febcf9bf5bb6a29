import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useBack } from '../app/back.ts';
import type { Live } from '../app/boot.ts';
import { goTo, route } from '../app/route.ts';
import { useCallRoom } from '../app/useCallRoom.ts';
import { useDutyList } from '../app/useDutyList.ts';
import { useEquipment } from '../app/useEquipment.ts';
import { useOwed } from '../app/useOwed.ts';
import { useDuty } from '../app/useRing.ts';
import { useRoom } from '../app/useRoom.ts';
import { DutyGate } from '../clinical/Duty.tsx';
import { EncounterPage } from '../clinical/EncounterPage.tsx';
import { LeaveQuestion } from '../clinical/LeaveQuestion.tsx';
import { t } from '../i18n/index.tsx';
import { isElsewhere, isOver, me as ownLeg } from '../model/call.ts';
import { group } from '../model/queue.ts';
import { asideKey, currentCall, deskAway, mayShow, staysOnDuty, stillIn } from '../model/staff.ts';
import { Arriving } from '../ui/Arriving.tsx';
import { LinkBanner } from '../ui/Banner.tsx';
import { OverRecord } from '../ui/OverRecord.tsx';
import { ProblemToast } from '../ui/Problem.tsx';
import { Live as Aloud } from '../ui/parts.tsx';
import { Replaced } from '../ui/Replaced.tsx';
import { SignIn } from '../ui/SignIn.tsx';
import { Desk } from './Desk.tsx';

export function DeskApp({ live }: { live: Live }): VNode {
  const state = live.state.value;
  const { me } = state;
  const [opened, setOpened] = useState<string | null>(null);
  // All of them: the one before the last must not come back when the last is put aside.
  const [aside, setAside] = useState<readonly string[]>([]);
  // A call that is over and not on the screen yet gives way to a ring; one that somebody works on is not taken away.
  const [onScreen, setOnScreen] = useState<string | null>(null);
  const found = currentCall(
    state.calls.filter((c) => (!aside.includes(asideKey(c)) || stillIn(c)) && mayShow(c, onScreen)),
    opened,
  );
  const waits = group(state.queue).waiting.length;
  const waiting = waits > 0;
  const own = found ? ownLeg(found) : null;
  const busy = found !== null && found.state.state !== 'ended' && own?.legState.state !== 'left';
  const duty = useDuty(live, 'desk', waiting && !busy, t('ring.incoming'));
  // Off duty nothing rings here: what is left to do stays, with a word about who waits.
  const givesWay = found !== null && isOver(found) && waiting && duty.on && onScreen !== found.session;
  const call = givesWay ? null : found;
  const [backAsks, stay] = useBack(
    call !== null && stillIn(call) && !isElsewhere(call, me?.device ?? null) ? call.session : null,
  );
  const page = route.value;
  const open = page.page === 'record' ? page.session : null;
  const owed = useOwed(state.queue, open, duty.on && !busy && !waiting, duty.remind);
  const shown = call && (duty.on || busy) && state.ready ? call.session : null;
  useEffect(() => {
    if (shown) setOnScreen(shown);
  }, [shown]);
  const room = useCallRoom(live, call);
  const [media, controls] = useRoom(room);
  const dutyList = useDutyList(live, me !== null);
  const [equipment, askEquipment] = useEquipment(live, call);
  if (live.restoring.value) return <Arriving arrival={live.arrival} />;
  if (me?.who.kind !== 'staff') {
    return <SignIn title="signin.title" body="signin.body" onCode={live.signIn} />;
  }
  if (live.link.value === 'replaced') return <Replaced onReopen={() => live.client.takeOver()} />;
  const openRecord = (session: string) => goTo({ page: 'record', session });
  const claim = (session: string) => {
    setOpened(session);
    void live.sendTo(session)({ type: 'accept' });
  };
  return (
    <>
      <LinkBanner
        link={live.link.value}
        phone={me.deskPhone}
        away={deskAway(call)}
        onReopen={() => live.client.takeOver()}
      />
      <Aloud text={duty.on ? owed : ''} />
      {page.page === 'record' ? (
        <>
          <EncounterPage key={page.session} live={live} session={page.session} />
          {busy || (duty.on && waiting) ? (
            <OverRecord
              what={busy ? 'talking' : 'ringing'}
              call={busy ? call : null}
              onGo={() => goTo({ page: 'home' })}
            />
          ) : (
            !duty.on && (
              <OverRecord
                what={waiting ? 'waiting' : 'offDuty'}
                waiting={waits}
                onGo={async () => {
                  await duty.go();
                  if (waiting) goTo({ page: 'home' });
                }}
              />
            )
          )}
        </>
      ) : !duty.on && call === null ? (
        <DutyGate
          me={me}
          waiting={waits}
          queue={state.queue}
          leftBehind={live.leftBehind.value}
          onGo={duty.go}
          onOpen={openRecord}
          onSignOut={() => live.client.signOut()}
        />
      ) : (
        <Desk
          key={call?.session ?? 'none'}
          me={me}
          queue={state.ready ? state.queue : null}
          call={call}
          vitals={call ? (state.vitals[call.session] ?? null) : null}
          duty={dutyList}
          equipment={equipment}
          onEquipment={askEquipment}
          media={media}
          controls={controls}
          send={live.sendTo(call?.session ?? '')}
          onClaim={claim}
          onOpen={openRecord}
          onDuty={duty.on}
          stays={staysOnDuty(state.calls, waiting)}
          onGoDuty={duty.go}
          onStopDuty={duty.stop}
          onAside={() => call && setAside([...aside, asideKey(call)])}
        />
      )}
      {backAsks && call && <LeaveQuestion call={call} send={live.sendTo(call.session)} onClose={stay} />}
      <ProblemToast />
    </>
  );
}
