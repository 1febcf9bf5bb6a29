import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Live } from '../app/boot.ts';
import { attempt } from '../app/problem.ts';
import { goTo } from '../app/route.ts';
import { useBusy } from '../app/send.ts';
import { lang, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Empty, Loading } from '../ui/parts.tsx';
import type { CaseView, EncounterView, Id } from '../wire.ts';
import { Encounter } from './Encounter.tsx';

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

/** One record, fetched when it is opened and again after it was signed. */
export function EncounterPage({
  live,
  session,
  caseId,
}: {
  live: Live;
  session: Id;
  caseId: Id | null;
}): VNode {
  const [record, setRecord] = useState<EncounterView | null | 'none'>(null);
  const [thread, setThread] = useState<CaseView | null>(null);
  const [turn, setTurn] = useState(0);
  const [busy, go] = useBusy();
  useEffect(() => {
    let current = true;
    void attempt(async () => {
      const found = (await live.client.rest.encounter(session)) as unknown as EncounterView;
      if (current) setRecord(found);
    }).then((ok) => current && !ok && setRecord('none'));
    if (caseId) {
      live.client.rest.case(caseId).then(
        (found) => current && setThread(found as unknown as CaseView),
        () => undefined,
      );
    }
    return () => {
      current = false;
    };
  }, [live, session, caseId, turn]);
  const back = () => goTo({ page: 'home' });
  if (record === null) return <Loading />;
  if (record === 'none') {
    return (
      <Empty icon="record" title={t('enc.none')}>
        <Button icon="left" onClick={back}>
          {t('back')}
        </Button>
      </Empty>
    );
  }
  return (
    <Encounter
      encounter={record}
      thread={thread}
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
      onSign={() =>
        go('sign', async () => {
          if (await live.sendTo(session)({ type: 'sign' })) setTurn(turn + 1);
        })
      }
    />
  );
}
