import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { keptOf } from '../app/drafts.ts';
import { list, nameOf, unbroken } from '../app/format.ts';
import { type Send, useBusy, useSlow } from '../app/send.ts';
import { useStored } from '../app/useStored.ts';
import { t } from '../i18n/index.tsx';
import { me } from '../model/call.ts';
import { type Asked, stood } from '../model/entered.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Choices, Live, Notice, UrgencyChip } from '../ui/parts.tsx';
import type { CallView, IdentityMethod, PatientCard, PersonCard, RedFlag, Urgency } from '../wire.ts';

const METHODS: readonly IdentityMethod[] = [
  'tabletAndFace',
  'nameAndBirthDate',
  'known',
  'byProxy',
  'notYet',
];
export const RED_FLAGS: readonly RedFlag[] = [
  'breathing',
  'consciousness',
  'chestPain',
  'bleeding',
  'headInjury',
  'seizure',
];
export const URGENCIES: readonly Urgency[] = ['red', 'orange', 'yellow', 'green', 'blue'];

const SendsLater = (): VNode => (
  <div data-testid="sends-later">
    <Notice tone="warn" icon="linkOff" live>
      {t('later.sends')}
    </Notice>
  </div>
);

/** Whose it is, where that is a colleague. */
function Whose({ by, call }: { by: PersonCard | null | undefined; call: CallView }): VNode | null {
  if (!by || by.person === me(call)?.card?.person) return null;
  return (
    <p class="soft small" data-testid="found-by">
      {t('found.by', { who: nameOf(by.name) })}
    </p>
  );
}

/** How the patient was recognised. Unfinished is a finding too, and never in the way. */
export function IdentityStep({ call, send }: { call: CallView; send: Send }): VNode {
  const [busy, go] = useBusy();
  const slow = useSlow(busy);
  // Chosen is chosen, also where the line is away for a while.
  const [stored, setStored] = useStored<IdentityMethod>(call.version);
  const stands = stored ?? call.findings?.identity ?? null;
  const value = METHODS.find((method) => method === busy) ?? stands;
  const seen = stood(stands && { part: 'identity', method: stands });
  const choose = async (method: IdentityMethod) => {
    if (await send({ type: 'assess', finding: { part: 'identity', method }, seen })) setStored(method);
  };
  return (
    <section class="block" aria-busy={busy !== null}>
      <h3>{t('identity.title')}</h3>
      <Choices
        name="identity"
        label={t('identity.title')}
        value={value}
        options={METHODS.map((method) => ({ value: method, text: t(`identity.${method}`) }))}
        onChange={(method) => go(method, () => choose(method))}
      />
      <Whose by={stored || busy ? null : call.findings?.identityBy} call={call} />
      {slow && <SendsLater />}
      {value === 'notYet' && <Notice tone="warn">{t('identity.notYet.sub')}</Notice>}
    </section>
  );
}

/** Air above what was scrolled to, px. */
const ABOVE = 16;

/** What to say on the telephone, ready to be read out. */
export function Script119(props: {
  patient: PatientCard | null | undefined;
  found: readonly RedFlag[];
  desk: string;
}): VNode {
  const { patient } = props;
  const flags = list(props.found.map((f) => t(`red.${f}`)));
  const here = useRef<HTMLElement>(null);
  // What is to be read out now stands at the top of its panel, not below the fold. The page itself keeps still.
  useEffect(() => {
    const panel = here.current?.closest('[role=tabpanel]');
    if (!here.current || !panel) return;
    panel.scrollTop += here.current.getBoundingClientRect().top - panel.getBoundingClientRect().top - ABOVE;
  }, []);
  return (
    <section class="script119" role="alert" ref={here} data-testid="panel-119">
      <h3>
        <Icon name="ambulance" />
        {t('red.119')}
      </h3>
      <h4>{t('red.119.script')}</h4>
      <ol>
        {patient && <li>{t('red.119.line1', { address: patient.address })}</li>}
        {patient && (
          <li>
            {t('red.119.line2', {
              name: nameOf(patient.name),
              age: patient.age,
              sex: t(`patient.sex.${patient.sex}`),
            })}
          </li>
        )}
        <li>{t('red.119.line3', { flags })}</li>
        {patient && (
          <li>{t('red.119.line4', { conditions: list(patient.summary.conditions) || t('none') })}</li>
        )}
        {patient && (
          <>
            <li>{t('red.119.line6', { list: list(patient.summary.allergies) || t('none') })}</li>
            <li>{t('red.119.line7', { list: list(patient.summary.medications) || t('none') })}</li>
            <li>{t('red.119.line8', { list: list(patient.summary.wishes.map(unbroken)) || t('none') })}</li>
            {patient.emergencyInstitution && (
              <li>{t('red.119.line9', { place: patient.emergencyInstitution })}</li>
            )}
          </>
        )}
        {patient && <li>{t('red.119.line5', { phone: patient.phone, desk: props.desk })}</li>}
      </ol>
      <h4>{t('red.119.family')}</h4>
      <p>{t('red.119.family.text')}</p>
    </section>
  );
}

type Answers = Asked['answers'];

const answersOf = (found: readonly RedFlag[]): Answers =>
  Object.fromEntries(RED_FLAGS.map((flag) => [flag, found.includes(flag)]));

function Question(props: {
  flag: RedFlag;
  answer: boolean | undefined;
  onAnswer: (yes: boolean) => void;
}): VNode {
  const { flag, answer, onAnswer } = props;
  return (
    <li>
      <span id={`red-${flag}`}>{t(`red.${flag}`)}</span>
      <fieldset class="switch" aria-labelledby={`red-${flag}`}>
        <button
          type="button"
          class="danger"
          aria-pressed={answer === true}
          data-testid={`red-${flag}-yes`}
          onClick={() => onAnswer(true)}
        >
          {t('red.yes')}
        </button>
        <button
          type="button"
          aria-pressed={answer === false}
          data-testid={`red-${flag}-no`}
          onClick={() => onAnswer(false)}
        >
          {t('red.no')}
        </button>
      </fieldset>
    </li>
  );
}

/** Six questions. Each needs an answer before the check is saved; one yes means 119. What was saved stays in sight. */
export function RedFlagStep({ call, send, desk }: { call: CallView; send: Send; desk: string }): VNode {
  const [stored, setStored] = useStored<readonly RedFlag[]>(call.version);
  const saved = stored ?? call.findings?.redFlags ?? null;
  const entered = keptOf(call.session, 'red-flags');
  const draft = entered.value;
  // What a colleague found meanwhile is a yes here too: an older "no" must not take it away unseen.
  const theirs = draft ? (saved ?? []).filter((flag) => !draft.known.includes(flag)) : [];
  const answers: Answers = { ...draft?.answers, ...Object.fromEntries(theirs.map((flag) => [flag, true])) };
  const set = (next: Answers) => entered.set({ answers: next, known: saved ?? [] });
  const [busy, go] = useBusy();
  const found = RED_FLAGS.filter((f) => answers[f]);
  const complete = RED_FLAGS.every((f) => answers[f] !== undefined);
  const asking = saved === null || entered.value !== null;
  const save = () =>
    go('save', async () => {
      // A yes that a colleague is saving at this moment must not go unseen.
      const seen = stood(saved && { part: 'redFlags', found: [...saved] });
      const ok = await send({ type: 'assess', finding: { part: 'redFlags', found }, seen });
      if (ok) setStored(found);
      if (ok && draft) entered.stored(draft);
    });
  return (
    <section class="block">
      <h3>{t('red.title')}</h3>
      {asking && (
        <>
          <p class="soft">{t('red.sub')}</p>
          <ul class="redflags">
            {RED_FLAGS.map((flag) => (
              <Question
                key={flag}
                flag={flag}
                answer={answers[flag]}
                onAnswer={(yes) => set({ ...answers, [flag]: yes })}
              />
            ))}
          </ul>
          {theirs.length > 0 && (
            <Notice tone="warn" icon="people" live>
              <span data-testid="red-theirs">
                {t('red.theirs', { flags: list(theirs.map((f) => t(`red.${f}`))) })}
              </span>
            </Notice>
          )}
          <Live text={found.length ? t('red.119') : ''} urgent />
          {found.length > 0 && !saved?.length && (
            <Notice tone="bad" icon="ambulance">
              <b>{t('red.119')}</b>
            </Notice>
          )}
          {found.length === 0 && !complete ? (
            <Button onClick={() => set(answersOf([]))} testid="red-all-no" class="wide">
              {t('red.allNo')}
            </Button>
          ) : (
            <Button
              kind={found.length ? 'stop' : 'primary'}
              icon={found.length ? 'save' : 'check'}
              busy={busy !== null}
              onClick={save}
              testid="red-save"
              class="wide"
            >
              {t(found.length ? 'red.saveFound' : 'red.save')}
            </Button>
          )}
          {saved && (
            <Button class="wide" onClick={() => entered.set(null)} testid="red-cancel">
              {t('cancel')}
            </Button>
          )}
        </>
      )}
      {saved && saved.length > 0 && <Script119 patient={call.patient} found={saved} desk={desk} />}
      {saved && saved.length === 0 && !asking && <Notice tone="good">{t('red.clear')}</Notice>}
      {saved && !asking && <Whose by={stored ? null : call.findings?.redFlagsBy} call={call} />}
      {saved && !asking && (
        <Button icon="pen" onClick={() => set(answersOf(saved))} testid="red-edit">
          {t('red.edit')}
        </Button>
      )}
    </section>
  );
}

/** Triage colour, always with its word. */
export function UrgencyStep({ call, send }: { call: CallView; send: Send }): VNode {
  const [busy, go] = useBusy();
  const slow = useSlow(busy);
  const [stored, setStored] = useStored<Urgency>(call.version);
  const stands = stored ?? call.findings?.urgency ?? null;
  const value = URGENCIES.find((urgency) => urgency === busy) ?? stands;
  const seen = stood(stands && { part: 'urgency', urgency: stands });
  const choose = async (urgency: Urgency) => {
    if (await send({ type: 'assess', finding: { part: 'urgency', urgency }, seen })) setStored(urgency);
  };
  return (
    <section class="block" aria-busy={busy !== null}>
      <h3>{t('urg.title')}</h3>
      <fieldset class="urgencies">
        <legend class="sr">{t('urg.title')}</legend>
        {URGENCIES.map((urgency) => (
          <label class={`urgency u-${urgency}`} key={urgency}>
            <input
              type="radio"
              name="urgency"
              checked={value === urgency}
              data-testid={`urgency-${urgency}`}
              onChange={() => go(urgency, () => choose(urgency))}
            />
            <b>{t(`urgency.${urgency}`)}</b>
            <span>{t(`urgency.${urgency}.what`)}</span>
          </label>
        ))}
      </fieldset>
      <Whose by={stored || busy ? null : call.findings?.urgencyBy} call={call} />
      {slow && <SendsLater />}
      {value !== 'red' && Boolean(call.findings?.redFlags?.length) && (
        <div data-testid="urgency-red-missing">
          <Notice tone="bad" icon="ambulance">
            {t('urg.redFound')}
          </Notice>
        </div>
      )}
    </section>
  );
}

/** How ill, in two marks: the colour, and each danger that was found. */
export function DangerChips({ call }: { call: CallView }): VNode | null {
  const { urgency, redFlags } = call.findings ?? {};
  if (!urgency && !redFlags?.length) return null;
  return (
    <>
      {urgency && <UrgencyChip urgency={urgency} what={false} />}
      {redFlags && redFlags.length > 0 && (
        <span class="chip u-red wrapping" data-testid="red-chips">
          {list(redFlags.map((flag) => t(`red.${flag}`)))}
        </span>
      )}
    </>
  );
}

/** The same in words, where the story of the case is read. */
export function Dangers({ call }: { call: CallView }): VNode | null {
  const { urgency, redFlags } = call.findings ?? {};
  return (
    <>
      {urgency && (
        <div class="row">
          <UrgencyChip urgency={urgency} />
        </div>
      )}
      {redFlags && redFlags.length > 0 && (
        <div data-testid="red-found">
          <Notice tone="bad" icon="ambulance">
            <b>{t('colon', { name: t('red.found'), text: list(redFlags.map((r) => t(`red.${r}`))) })}</b>
            <div>{t('red.119')}</div>
          </Notice>
        </div>
      )}
    </>
  );
}
