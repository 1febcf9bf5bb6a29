import { type CallState, YobanProblem } from '@yoban/sdk';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Live } from '../app/boot.ts';
import { telephone } from '../app/format.ts';
import { attempt } from '../app/problem.ts';
import { goTo } from '../app/route.ts';
import { useBusy } from '../app/send.ts';
import { lang, t } from '../i18n/index.tsx';
import { inTheMaking } from '../model/recording.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Empty, LoadingPage } from '../ui/parts.tsx';
import type { EncounterView, Id } from '../wire.ts';
import { Encounter, entriesOf, type Recordings, type Thread } from './Encounter.tsx';

function download(name: string, value: unknown): void {
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(value, null, 2)], { type: 'application/fhir+json' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** How often the page asks for a recording that is being put together. Rarer: one waits longer; oftener: more requests. */
const LOOK_MS = 2_000;
/** After some minutes it is not coming: the server says why in the time line. */
const LOOKS = 90;

/** A record that is nobody's to see here, an address that is none, or a line that broke. */
function whyNot(error: unknown): 'notYours' | 'wrong' | 'unreadable' {
  if (!(error instanceof YobanProblem)) return 'unreadable';
  if (error.code === 'not-found') return 'notYours';
  return error.status === 400 ? 'wrong' : 'unreadable';
}

/** A record that cannot be shown: why, and what to do. */
export function NoRecord(props: {
  why: 'notYours' | 'unreadable' | 'wrong';
  phone: string;
  onBack: () => void;
  onRetry: () => void;
}): VNode {
  return (
    <main class="norecord" data-testid={`record-${props.why}`}>
      <Empty
        icon={props.why === 'notYours' ? 'key' : props.why === 'wrong' ? 'alert' : 'linkOff'}
        title={t(`enc.${props.why}`)}
        sub={t(`enc.${props.why}Sub`)}
      >
        <div class="row wrap">
          <Button icon="left" onClick={props.onBack} testid="back">
            {t('back')}
          </Button>
          {props.phone && (
            <a class="btn num" href={telephone(props.phone)}>
              <Icon name="phone" />
              {t('enc.desk', { phone: props.phone })}
            </a>
          )}
          {props.why === 'unreadable' && (
            <Button kind="primary" icon="undo" onClick={props.onRetry} testid="retry">
              {t('retry')}
            </Button>
          )}
        </div>
      </Empty>
    </main>
  );
}

/** What the socket says of this call and its case; another text is news. */
function newsOf({ calls, queue }: CallState, session: Id, caseId: Id | null): string {
  const rows = queue.filter((i) => i.session === session || i.case === caseId);
  return JSON.stringify([caseId, calls.find((c) => c.session === session)?.version, rows]);
}

/** One record, fetched when it is opened, after something was done here, and when somebody else did. Needs its session as key: another is another page. */
export function EncounterPage({ live, session }: { live: Live; session: Id }): VNode {
  const [record, setRecord] = useState<EncounterView | null | 'unreadable' | 'notYours' | 'wrong'>(null);
  const [recordings, setRecordings] = useState<Recordings>(null);
  /** The turn in which it must be read again; what was asked for before shows less than what was stored. */
  const [due, setDue] = useState<{ turn: number; failed: boolean } | null>(null);
  const urls = useRef(new Set<string>());
  const [thread, setThread] = useState<Thread>(null);
  const [turn, setTurn] = useState(0);
  const latest = useRef(0);
  const look = () => {
    latest.current += 1;
    setTurn(latest.current);
    return latest.current;
  };
  const [busy, go] = useBusy();
  const [looked, setLooked] = useState(0);
  const making =
    typeof recordings === 'object' &&
    recordings?.manifests.length === 0 &&
    inTheMaking(entriesOf(thread, session));
  useEffect(() => {
    if (!making || looked >= LOOKS) return;
    const later = setTimeout(() => {
      setLooked(looked + 1);
      look();
    }, LOOK_MS);
    return () => clearTimeout(later);
  }, [making, looked]);
  useEffect(() => {
    let current = true;
    const { rest } = live.client;
    // Without the time line, too, the record stands by itself.
    const unread = () => current && setThread((before) => (before === null ? 'unreadable' : before));
    rest.encounter(session).then(
      (found) => {
        if (!current) return;
        setRecord(found);
        setDue((before) => (before && before.turn <= turn ? null : before));
        rest.case(found.case).then((all) => current && setThread(all), unread);
      },
      (error: unknown) => {
        if (!current) return;
        unread();
        setDue((before) => before && { ...before, failed: before.turn <= turn });
        const why = whyNot(error);
        // The page itself says it, with what to do. What is shown already stays.
        setRecord((shown) => (shown === null || typeof shown === 'string' ? why : shown));
      },
    );
    // Without it the record stands by itself.
    Promise.all([rest.recordings(session), rest.placedReadings(session)]).then(
      ([manifests, placed]) => current && setRecordings({ manifests, placed }),
      (error: unknown) => {
        if (!current) return;
        // Not one's own to hear is the same as none; a line that broke is not.
        const none = error instanceof YobanProblem && error.code === 'not-found';
        const instead = none ? { manifests: [], placed: [] } : 'unreadable';
        // What is shown already stays.
        setRecordings((before) => (before === null || before === 'unreadable' ? instead : before));
      },
    );
    return () => {
      current = false;
    };
  }, [live, session, turn]);
  useEffect(
    () => () => {
      for (const url of urls.current) URL.revokeObjectURL(url);
    },
    [],
  );
  const changed = () => setDue({ turn: look(), failed: false });
  const caseId = record !== null && typeof record === 'object' ? record.case : null;
  const news = newsOf(live.state.value, session, caseId);
  const known = useRef({ caseId, news });
  useEffect(() => {
    const before = known.current;
    known.current = { caseId, news };
    // Which case it is was read with the record itself.
    if (before.caseId === caseId && before.news !== news) changed();
  }, [news]);
  const back = () => goTo({ page: 'home' });
  /** What could not be read is asked for again; what is here stays. */
  const again = () => {
    setRecordings((before) => (before === 'unreadable' ? null : before));
    setThread((before) => (before === 'unreadable' ? null : before));
    setDue((before) => before && { ...before, failed: false });
    look();
  };
  const who = live.state.value.me?.who;
  if (record === null) return <LoadingPage />;
  if (typeof record === 'string') {
    const phone = live.state.value.me?.deskPhone ?? '';
    const retry = () => {
      setRecord(null);
      again();
    };
    return <NoRecord why={record} phone={phone} onBack={back} onRetry={retry} />;
  }
  return (
    <Encounter
      encounter={record}
      thread={thread}
      recordings={recordings}
      onOther={(other) => goTo({ page: 'record', session: other })}
      doctor={who?.kind === 'staff' && who.card.role === 'doctor'}
      outdated={due && (due.failed ? 'unread' : 'reading')}
      onRetry={again}
      fetchFile={async (file, onPart) => {
        let url: string | null = null;
        await attempt(async () => {
          url = URL.createObjectURL(await live.client.rest.recordingFile(session, file, onPart));
          urls.current.add(url);
        });
        return url;
      }}
      busy={busy}
      onBack={back}
      onFhir={() =>
        go('fhir', () =>
          attempt(async () =>
            download(`encounter-${session}.fhir.json`, await live.client.rest.encounterFhir(session)),
          ),
        )
      }
      onPrint={() => {
        // Opened inside the tap: a window that comes later is taken for an advertisement.
        const sheet = window.open('', '_blank');
        void go('print', async () => {
          const shown = await attempt(async () => {
            const html = await live.client.rest.encounterPage(session, lang.value);
            const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
            if (sheet) sheet.location.href = url;
          });
          if (!shown) sheet?.close();
        });
      }}
      send={async (command) => {
        const done = await live.sendTo(session)(command);
        changed();
        return done;
      }}
      onSign={async (seen) => {
        const signed = await live.sendTo(session)({ type: 'sign', seen });
        // Also where it was refused, for instance because somebody wrote meanwhile: it is shown as it is now.
        changed();
        return signed;
      }}
    />
  );
}
