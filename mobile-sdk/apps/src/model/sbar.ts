/** A draft of the write-up from what is known. The nurse edits it; nothing is sent by itself. */
import { list } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import type { CallView, Latest, Sbar, VitalsView } from '../wire.ts';
import { bandText, inWords, scoreText } from './vitals.ts';

/** A value that does not count (marked by its device, or from somebody who cannot say) is no fact for the doctor. */
function measured(latest: Latest): string {
  const text = `${t(`vit.${latest.kind}`)} ${inWords(latest)}`;
  return latest.counts ? text : t('paren', { text, more: t('vit.doubt') });
}

/** Parts somebody has already written stay as they are. */
export function draftSbar(call: CallView, vitals: VitalsView | null, written: Sbar): Sbar {
  const { patient, findings } = call;
  const situation: string[] = [];
  const background: string[] = [];
  const assessment: string[] = [];
  if (patient) {
    situation.push(t('sbar.auto.who', { age: patient.age, sex: t(`patient.sex.${patient.sex}`) }));
    const { conditions, medications, allergies, wishes } = patient.summary;
    if (conditions.length) background.push(t('sbar.auto.conditions', { list: list(conditions) }));
    if (medications.length) background.push(t('sbar.auto.medications', { list: list(medications) }));
    if (allergies.length) background.push(t('sbar.auto.allergies', { list: list(allergies) }));
    if (wishes.length) background.push(t('sbar.auto.wishes', { list: list(wishes) }));
    background.push(t(patient.hasPlan ? 'sbar.auto.plan' : 'sbar.auto.noPlan'));
  }
  const fresh = (vitals?.latest ?? []).filter((l) => !l.stale);
  if (fresh.length) assessment.push(`${list(fresh.map(measured))}${t('sbar.auto.stop')}`);
  if (vitals?.score && !vitals.outlived) {
    assessment.push(t('sbar.auto.news', { score: `${scoreText(vitals.score)} (${bandText(vitals.score)})` }));
  }
  if (findings?.redFlags) {
    const found = findings.redFlags.map((f) => t(`red.${f}`));
    assessment.push(found.length ? t('sbar.auto.red', { flags: list(found) }) : t('sbar.auto.redNone'));
  }
  if (findings?.urgency) {
    const urgency = `${t(`urgency.${findings.urgency}`)} (${t(`urgency.${findings.urgency}.what`)})`;
    assessment.push(t('sbar.auto.urgency', { urgency }));
  }
  const keep = (own: string, made: string[]) => own.trim() || made.join('').trim();
  return {
    situation: keep(written.situation, situation),
    background: keep(written.background, background),
    assessment: keep(written.assessment, assessment),
    recommendation: written.recommendation,
  };
}
