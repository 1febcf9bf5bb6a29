import { Ringer, YobanProblem } from '@yoban/sdk';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useBack } from '../app/back.ts';
import type { Live } from '../app/boot.ts';
import { serverNow } from '../app/clock.ts';
import { attempt, showProblem } from '../app/problem.ts';
import { typed } from '../app/reading.ts';
import { useCallRoom } from '../app/useCallRoom.ts';
import { useRoom } from '../app/useRoom.ts';
import { type Question, questionOf, waitingSince } from '../model/call.ts';
import { drafted, type Sent } from '../model/keypad.ts';
import { troubleOf, unwaived, type Waived } from '../model/sources.ts';
import { mayMeasure, screenOf, toldBefore, toldOf } from '../model/tabletScreen.ts';
import { Arriving } from '../ui/Arriving.tsx';
import { LinkBanner } from '../ui/Banner.tsx';
import { ProblemToast } from '../ui/Problem.tsx';
import { Live as Aloud } from '../ui/parts.tsx';
import { SignIn } from '../ui/SignIn.tsx';
import type { CallView, Me, Timestamp } from '../wire.ts';
import { After, Closing, Elsewhere, Left, type News, saidAfter } from './After.tsx';
import { AskJoin, AskRecording } from './Ask.tsx';
import { Calling, Fallback, WayOutDialog } from './Calling.tsx';
import { Idle } from './Idle.tsx';
import { InCall } from './InCall.tsx';
import { Keypad } from './Keypad.tsx';
import { RecordingFrame } from './RecordingState.tsx';
import { Sensors } from './Sensors.tsx';
import { TroubleNote, TroublePage } from './Trouble.tsx';
import { useSensors } from './useSensors.ts';

const SEEN = 'yoban.tablet.seen';

const ringer = new Ringer();

/** Sound, wake lock and full screen in one tap. A browser that refuses one of them must not stop the call. */
function unlock(): void {
  void ringer.unlock();
  if (!document.fullscreenElement) void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

/** What the patient has put away. */
function useSeen(): [string | null, (told: string | null) => void] {
  const [seen, set] = useState(() => sessionStorage.getItem(SEEN));
  return [
    seen,
    (told) => {
      if (told) sessionStorage.setItem(SEEN, told);
      set(told);
    },
  ];
}

/** Long enough for the tone to die away. */
const NEWS_MS = 2_000;

/**
 * Whether a decision of this call was taken back. What changes after the patient was told something is heard once,
 * softly: nobody looks at a tablet all night.
 */
function useNews(call: CallView | null, seen: string | null): News {
  const over = call?.state.state === 'ended' ? call : null;
  const told = over && toldOf(over);
  const last = useRef(seen);
  const decided = useRef(seen);
  const [changed, setChanged] = useState<{ told: string; at: Timestamp } | null>(null);
  useEffect(() => {
    const before = last.current;
    if (!over || told === before) return;
    last.current = told;
    if (over.disposition && told) {
      if (toldBefore(decided.current, over) === 'decided' && decided.current !== told)
        setChanged({ told, at: serverNow() });
      decided.current = told;
    }
    if (toldBefore(before, over)) ringer.sample('news', NEWS_MS);
  }, [told]);
  return {
    again: over !== null && !over.disposition && toldBefore(decided.current, over) === 'decided',
    changedAt: changed?.told === told ? (changed?.at ?? null) : null,
  };
}

/** Since when the patient waits: a later round of the ring does not begin it anew. */
function useSince(call: CallView | null): Timestamp {
  const kept = useRef<{ of: string; at: Timestamp } | null>(null);
  if (!call) {
    kept.current = null;
    return 0;
  }
  const of = `${call.session} ${call.state.state}`;
  const before = kept.current?.of === of ? kept.current.at : Number.POSITIVE_INFINITY;
  const at = Math.min(before, waitingSince(call));
  kept.current = { of, at };
  return at;
}

export function TabletApp({ live }: { live: Live }): VNode {
  const { me } = live.state.value;
  if (live.restoring.value) return <Arriving arrival={live.arrival} />;
  if (me?.who.kind !== 'tablet') {
    return <SignIn title="setup.title" body="setup.body" onCode={live.signIn} />;
  }
  const { patient } = me.who;
  // Whoever comes next finds neither a half-typed value nor a sensor of the one before.
  return <Bedside live={live} me={me} patient={patient} key={patient} />;
}

function Bedside({ live, me, patient }: { live: Live; me: Me; patient: string }): VNode {
  const state = live.state.value;
  const [seen, setSeen] = useSeen();
  const [tapping, setTapping] = useState(false);
  const [opened, setPage] = useState<'call' | 'sensors' | 'keypad'>('call');
  const [draft, setDraft] = useState(() => drafted('temperature'));
  const [typedIn, setTypedIn] = useState<readonly Sent[]>([]);
  const [waived, setWaived] = useState<Waived>([]);
  const asked = useRef<Question | null>(null);
  const call = state.calls[0] ?? null;
  const room = useCallRoom(live, call);
  const [media, controls] = useRoom(room);
  const running = call && call.state.state !== 'ended' ? call.session : null;
  const desk = useSensors(patient, (readings) => {
    // Without a connection they are kept, and the banner says so; a refusal is said.
    live.client.sendReadings(readings, running).catch((error: unknown) => {
      if (error instanceof YobanProblem && error.status < 500 && error.status !== 401) showProblem(error);
    });
  });
  const screen = screenOf(call, seen, me.device);
  useEffect(() => {
    if (screen === 'calling') ringer.start('waiting');
    else ringer.stop();
    return () => ringer.stop();
  }, [screen]);
  const news = useNews(call, seen);
  useEffect(() => setWaived([]), [running]);
  // Closed for good: who comes back into the call sees the face first. What was typed stays.
  useEffect(() => {
    if (!mayMeasure(screen)) setPage('call');
  }, [screen]);
  const page = mayMeasure(screen) ? opened : 'call';

  const [backAsks, stay] = useBack(
    screen === 'incall' ? 'call' : screen === 'calling' || screen === 'fallback' ? 'ring' : null,
    () => {
      setPage('call');
      return page !== 'call';
    },
  );

  const tap = async () => {
    unlock();
    setTapping(true);
    await attempt(() => live.client.tap());
    setTapping(false);
    setPage('call');
  };
  const send = live.sendTo(call?.session ?? '');
  const question = screen === 'incall' && call ? questionOf(call, asked.current) : null;
  asked.current = question;
  const joiner = question?.ask === 'join' ? call?.people.find((p) => p.leg === question.leg) : null;
  const asks = Boolean(joiner) || question?.ask === 'recording';
  const found = screen === 'calling' || screen === 'incall' ? troubleOf(media, waived) : null;
  const trouble = found && {
    ...found,
    phone: me.deskPhone,
    soundWorks: media.microphone === 'on',
    onRetry: controls.retry,
    onAudioOnly: () => setWaived([...waived, found.source]),
  };
  const rings = screen === 'calling' || screen === 'fallback';
  const since = useSince(rings ? call : null);

  // The call's own screen has its place for it.
  const elsewhere = running && (page !== 'call' || screen !== 'incall');

  const body = (): VNode => {
    if (page === 'keypad') {
      return (
        <Keypad
          asked={asks}
          draft={draft}
          setDraft={setDraft}
          sent={typedIn}
          onSent={(value) => setTypedIn((before) => [...before, value])}
          online={live.link.value === 'online'}
          onBack={() => {
            setDraft(drafted('temperature'));
            setPage('sensors');
          }}
          onSend={(value) => attempt(() => live.client.sendReadings([typed(value)] as never, running))}
        />
      );
    }
    if (page === 'sensors') {
      return (
        <Sensors
          asked={asks}
          sensors={desk.sensors}
          bluetooth={desk.bluetooth}
          kit={me.demo}
          onStart={desk.start}
          onStop={desk.stop}
          onConnect={desk.connect}
          onManual={() => {
            // What went is among what was sent; the display is for the next one.
            setDraft((before) => (before.stage === 'sent' ? drafted(before.entry) : before));
            setPage('keypad');
          }}
          onBack={() => setPage('call')}
        />
      );
    }
    if (!call || screen === 'idle') {
      return (
        <Idle
          me={me}
          link={live.link.value}
          last={call?.disposition ?? null}
          leftBehind={live.leftBehind.value}
          calling={tapping}
          onCall={tap}
          onMeasure={() => setPage('sensors')}
          onLast={() => setSeen(null)}
        />
      );
    }
    if (screen === 'calling')
      return trouble ? (
        <TroublePage {...trouble} call={call} since={since} send={send} />
      ) : (
        <Calling call={call} since={since} phone={me.deskPhone} own={media.own} send={send} />
      );
    if (screen === 'fallback') return <Fallback call={call} since={since} phone={me.deskPhone} send={send} />;
    if (screen === 'elsewhere') return <Elsewhere phone={me.deskPhone} send={send} />;
    if (screen === 'left') return <Left call={call} phone={me.deskPhone} send={send} />;
    if (screen === 'closing') return <Closing />;
    if (screen === 'after') {
      return (
        <After
          call={call}
          news={news}
          phone={me.deskPhone}
          link={live.link.value}
          calling={tapping}
          onAgain={tap}
          onDone={() => setSeen(toldOf(call))}
        />
      );
    }
    return (
      <InCall
        call={call}
        media={media}
        controls={controls}
        send={send}
        onMeasure={() => setPage('sensors')}
        asked={asks}
        trouble={trouble && <TroubleNote {...trouble} />}
        onAgain={(source) => setWaived((before) => unwaived(before, source))}
      />
    );
  };
  return (
    <>
      <LinkBanner link={live.link.value} phone={me.deskPhone} onReopen={() => live.client.takeOver()} />
      {/* It stands there before the words come: what is drawn together with its words is not read out. */}
      <Aloud text={call && screen === 'after' ? saidAfter(call, news) : ''} />
      {body()}
      {backAsks && call && <WayOutDialog call={call} send={send} onClose={stay} />}
      {elsewhere && call && <RecordingFrame call={call} over={page === 'call' && rings ? 'waiting' : page} />}
      {joiner && <AskJoin person={joiner} send={send} key={joiner.leg} />}
      {question?.ask === 'recording' && <AskRecording send={send} />}
      <ProblemToast />
    </>
  );
}
