import type { VNode } from 'preact';
import { clockSeconds, clockTime, list, nameOf, personName, span } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import { certainText, scoreText } from '../model/vitals.ts';
import { UrgencyChip } from '../ui/parts.tsx';
import type { EncounterView, Id } from '../wire.ts';
import { Row } from './PatientPanel.tsx';
import { SbarView } from './Sbar.tsx';
import { TrendPlot } from './TrendPlot.tsx';
import { ScoreCard, VitalTiles } from './Vitals.tsx';

type Of = { encounter: EncounterView };

/** When it was, in one line. */
export function When({ encounter }: Of): VNode {
  const { requestedAt, answeredAt, endedAt } = encounter;
  return (
    <p class="enc-when row wrap num">
      {requestedAt && <span>{t('enc.called', { time: clockTime(requestedAt) })}</span>}
      {answeredAt && <span>{t('enc.answered', { time: clockTime(answeredAt) })}</span>}
      {endedAt && <span>{t('enc.ended', { time: clockTime(endedAt) })}</span>}
      {answeredAt && endedAt && <span>{t('enc.lasted', { span: span(endedAt - answeredAt) })}</span>}
    </p>
  );
}

/** What the decision rests on: how ill, which dangers, who it was, and what the nurse told. */
export function Why({ encounter }: Of): VNode {
  const { identity, identityBy, redFlags, urgency, sbar } = encounter.findings;
  const how = identity && t(`identity.${identity}`);
  const { score, latest } = encounter.vitals;
  return (
    <section class="card stack" data-testid="enc-why">
      <h3>{t('enc.why')}</h3>
      <dl class="facts">
        <Row name={t('urg.title')}>
          {urgency ? <UrgencyChip urgency={urgency} /> : <span class="soft">{t('enc.urgency.none')}</span>}
        </Row>
        <Row name={t('red.title')}>
          {redFlags?.length ? (
            <span class="chip u-red wrapping">{list(redFlags.map((flag) => t(`red.${flag}`)))}</span>
          ) : redFlags ? (
            t('enc.red.none')
          ) : (
            <span class="soft">{t('enc.red.unasked')}</span>
          )}
        </Row>
        {score && latest.length > 0 && (
          <Row name={t('news.title')}>
            <b class="num">{scoreText(score)}</b> {certainText(score)}
          </Row>
        )}
        <Row name={t('identity.title')}>
          {!how ? (
            <span class="soft">{t('enc.identity.none')}</span>
          ) : identityBy ? (
            t('enc.identity.by', { how, who: nameOf(identityBy.name) })
          ) : (
            how
          )}
        </Row>
      </dl>
      <SbarView sbar={sbar} />
    </section>
  );
}

/** The vital signs as they were at the end, NEWS2, and the curves of the whole call. */
export function VitalsThen({ encounter }: Of): VNode {
  const { vitals, scaleChosen } = encounter;
  return (
    <section class="card stack" data-testid="enc-vitals">
      <h3>{t('enc.vitals')}</h3>
      {vitals.latest.length === 0 ? (
        <p class="soft">{t('enc.vitals.none')}</p>
      ) : (
        <>
          <ScoreCard view={vitals} />
          {scaleChosen && (
            <p class="small">
              {t('enc.scaleChosen', {
                n: scaleChosen.scale2 ? 2 : 1,
                who: scaleChosen.by ? nameOf(scaleChosen.by.name) : t('role.doctor'),
                time: clockTime(scaleChosen.at),
                reason: scaleChosen.reason,
              })}
            </p>
          )}
          <VitalTiles view={vitals} compact past />
          <TrendPlot view={vitals} height={200} whole />
        </>
      )}
    </section>
  );
}

type Answer = EncounterView['attended'][number]['answers'][number]['answer'];

/** One answer of the patient, in words. */
function answered(answer: Answer, at: number, who: (person: Id) => string): string {
  const time = clockTime(at);
  if (answer.answer === 'byTap') return t('enc.byTap');
  if (answer.answer === 'refused') return t('enc.refused', { time });
  return answer.how.how === 'spoken'
    ? t('enc.given.spoken', { time, who: who(answer.how.heardBy) })
    : t('enc.given.onTablet', { time });
}

/** Who took part from when to when, and with whose agreement; and what everybody said about recording. */
export function Attendance({ encounter }: Of): VNode {
  const { people, attended, recorded, recordingAnswers } = encounter;
  const ofLeg = (leg: Id) => people.find((p) => p.leg === leg);
  const named = (leg: Id) => {
    const person = ofLeg(leg);
    return person ? personName(person) : t('play.somebody');
  };
  const ofPerson = (id: Id) => {
    const card = people.find((p) => p.card?.person === id)?.card;
    return card ? nameOf(card.name) : t('play.somebody');
  };
  const until = (at: number | null | undefined) => (at ? clockSeconds(at) : '');
  return (
    <section class="card stack" data-testid="enc-people">
      <h3>{t('enc.people')}</h3>
      <ul class="members">
        {attended.map(({ leg, admittedAt, leftAt, answers }) => {
          const role = ofLeg(leg)?.role;
          return (
            <li class="member" key={leg}>
              <div class="grow">
                <b>{named(leg)}</b>
                {role && role !== 'patient' && <div class="soft">{t(`legRole.${role}`)}</div>}
                {answers.map(({ answer, at }) => (
                  <div class="soft num" key={`${at}`}>
                    {answered(answer, at, ofPerson)}
                  </div>
                ))}
                {answers.length === 0 && role !== 'patient' && (
                  <div class="soft">{t(admittedAt ? 'enc.noAnswer' : 'enc.noConsent')}</div>
                )}
              </div>
              <span class="num soft">
                {admittedAt
                  ? `${clockTime(admittedAt)}–${leftAt ? clockTime(leftAt) : ''}`
                  : t('enc.notLetIn')}
              </span>
            </li>
          );
        })}
      </ul>
      <h3>{t('enc.rec.answers')}</h3>
      <ul class="enc-lines num">
        <li>
          {recorded.length
            ? t('enc.rec.ran', {
                spans: list(recorded.map((s) => `${clockSeconds(s.from)}–${until(s.until)}`)),
              })
            : t('enc.rec.none')}
        </li>
        {recordingAnswers.map(({ leg, at, yes }) => (
          <li key={`${leg} ${at}`}>
            {t(yes ? 'enc.rec.yes' : 'enc.rec.no', { who: named(leg), time: clockSeconds(at) })}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The kind of care, stretch by stretch. */
export function Kinds({ encounter }: Of): VNode | null {
  const { ledger } = encounter.findings;
  const end = encounter.endedAt ?? encounter.vitals.now;
  const length = (i: (typeof ledger)[number]) => (i.until ?? end) - i.from;
  const examined = ledger.filter((i) => i.kind === 'onlineExamination').reduce((ms, i) => ms + length(i), 0);
  if (ledger.length === 0) return null;
  return (
    <section class="card stack" data-testid="enc-kinds">
      <h3>{t('enc.kind')}</h3>
      <ol class="enc-stretches">
        {ledger.map((stretch) => (
          <li key={stretch.from}>
            <span class="num soft">
              {clockSeconds(stretch.from)}–{stretch.until ? clockSeconds(stretch.until) : ''}
              {t('dot')}
              {span(length(stretch))}
            </span>
            <b>{t(`kind.${stretch.kind}`)}</b>
            <span>
              {t(`mode.${stretch.mode}`)}
              {stretch.nursePresent && `${t('dot')}${t('enc.nurseThere')}`}
            </span>
          </li>
        ))}
      </ol>
      {examined > 0 && <p class="soft num">{t('enc.examined', { span: span(examined) })}</p>}
    </section>
  );
}
