import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useBack } from '../app/back.ts';
import type { Live } from '../app/boot.ts';
import { goTo, route } from '../app/route.ts';
import { useCallRoom } from '../app/useCallRoom.ts';
import { useOwed } from '../app/useOwed.ts';
import { useDuty } from '../app/useRing.ts';
import { useRoom } from '../app/useRoom.ts';
import { DutyGate } from '../clinical/Duty.tsx';
import { EncounterPage } from '../clinical/EncounterPage.tsx';
import { LeaveQuestion } from '../clinical/LeaveQuestion.tsx';
import { t } from '../i18n/index.tsx';
import { inCall, isElsewhere, isOver, me as ownLeg, sortCalls } from '../model/call.ts';
import { asideKey, currentCall, mayShow, overRing, staysOnDuty, stillIn } from '../model/staff.ts';
import { Arriving } from '../ui/Arriving.tsx';
import { LinkBanner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { OverRecord } from '../ui/OverRecord.tsx';
import { ProblemToast } from '../ui/Problem.tsx';
import { Live as Aloud } from '../ui/parts.tsx';
import { Replaced } from '../ui/Replaced.tsx';
import { SignIn } from '../ui/SignIn.tsx';
import type { CallView, Me } from '../wire.ts';
import { PhoneCall, WaitConsent } from './Call.tsx';
import { Home } from './Home.tsx';
import { OtherDoor } from './OtherDoor.tsx';
import { Ring } from './Ring.tsx';

export function PhoneApp({ live }: { live: Live }): VNode {
  const state = live.state.value;
  const { me } = state;
  // Calls that are over or left, put aside for later; tonight's list keeps them. All of them: the one before the last
  // must not come back when the last is put aside.
  const [aside, setAside] = useState<readonly string[]>([]);
  const [onScreen, setOnScreen] = useState<string | null>(null);
  const current = currentCall(
    state.calls.filter((c) => (!aside.includes(asideKey(c)) || stillIn(c)) && mayShow(c, onScreen)),
    null,
  );
  const ring = sortCalls(state.calls).ringing[0] ?? null;
  const talking = current !== null && stillIn(current);
  // Whoever was woken by a ring that is over reads that it is, until the next one rings.
  const [rung, setRung] = useState<string | null>(null);
  useEffect(() => {
    if (ring) setRung(ring.session);
  }, [ring?.session]);
  useEffect(() => {
    if (current) setOnScreen(current.session);
  }, [current?.session]);
  // Joined again: from now on it is not aside any more, also not once it is over.
  useEffect(() => {
    if (!talking) return;
    const others = aside.filter((one) => !one.startsWith(`${current.session} `));
    if (others.length < aside.length) setAside(others);
  }, [talking, current?.session, aside]);
  // Answered over an open record: from there to the call.
  useEffect(() => {
    if (talking) goTo({ page: 'home' });
  }, [talking]);
  const duty = useDuty(live, 'phone', ring !== null && !talking, t('ring.incoming'));
  const [backAsks, stay] = useBack(
    talking && !isElsewhere(current, me?.device ?? null) ? current.session : null,
  );
  const page = route.value;
  const open = page.page === 'record' ? page.session : null;
  // A visiting nurse neither decides nor looks again.
  const doctor = me?.who.kind === 'staff' && me.who.card.role === 'doctor';
  const free = duty.on && !talking && ring === null;
  const owed = useOwed(doctor ? state.queue : [], open, free, duty.remind);
  const room = useCallRoom(live, current);
  const [media, controls] = useRoom(room);
  if (live.restoring.value) return <Arriving arrival={live.arrival} />;
  if (me?.who.kind !== 'staff') {
    return <SignIn title="signin.title" body="signin.body" onCode={live.signIn} />;
  }
  if (me.who.card.role === 'deskNurse') {
    return <OtherDoor onSignOut={() => live.client.signOut()} />;
  }
  if (live.link.value === 'replaced') return <Replaced onReopen={() => live.client.takeOver()} />;
  const record = (session: string) => goTo({ page: 'record', session });
  const vitalsOf = (call: CallView) => state.vitals[call.session] ?? null;
  const body = (signedIn: Me): VNode => {
    // Before an open record: somebody waits.
    if (ring && !talking)
      return <Ring call={ring} vitals={vitalsOf(ring)} send={live.sendTo(ring.session)} />;
    if (page.page === 'record') {
      return (
        <>
          <EncounterPage key={page.session} live={live} session={page.session} />
          {talking ? (
            <OverRecord what="talking" call={current} onGo={() => goTo({ page: 'home' })} />
          ) : (
            !duty.on && <OverRecord what="offDuty" onGo={duty.go} />
          )}
        </>
      );
    }
    if (current) {
      const own = ownLeg(current);
      const send = live.sendTo(current.session);
      const elsewhere = isElsewhere(current, signedIn.device);
      const refused = own?.join.consent === 'refused' && !isOver(current);
      const gated = own && !own.gateOpen && inCall(own) && current.state.state === 'active';
      if (refused || (gated && !elsewhere)) {
        const onAside = () => setAside([...aside, asideKey(current)]);
        return <WaitConsent call={current} vitals={vitalsOf(current)} send={send} onAside={onAside} />;
      }
      return (
        <>
          <PhoneCall
            key={current.session}
            call={current}
            vitals={vitalsOf(current)}
            media={media}
            controls={controls}
            send={send}
            elsewhere={elsewhere}
            deskPhone={signedIn.deskPhone}
            mayRecord={signedIn.demo}
            onRecord={() => record(current.session)}
          />
          {!talking && (
            <div class="asidebar">
              <Button
                icon="list"
                class="wide"
                onClick={() => setAside([...aside, asideKey(current)])}
                testid="to-list"
              >
                {t('queue.title')}
              </Button>
            </div>
          )}
        </>
      );
    }
    if (!duty.on) {
      return (
        <DutyGate
          me={signedIn}
          waiting={0}
          queue={doctor ? state.queue : []}
          leftBehind={live.leftBehind.value}
          onGo={duty.go}
          onOpen={record}
          onSignOut={() => live.client.signOut()}
        />
      );
    }
    return (
      <Home
        me={signedIn}
        queue={state.ready ? state.queue : null}
        onOpen={record}
        over={ring === null ? overRing(state.calls, rung) : null}
        stays={staysOnDuty(state.calls, ring !== null)}
        onStopDuty={duty.stop}
        onTest={duty.test}
      />
    );
  };
  return (
    <>
      <LinkBanner link={live.link.value} phone={me.deskPhone} onReopen={() => live.client.takeOver()} />
      <Aloud text={duty.on ? owed : ''} />
      {body(me)}
      {backAsks && current && (
        <LeaveQuestion call={current} send={live.sendTo(current.session)} onClose={stay} />
      )}
      <ProblemToast />
    </>
  );
}
