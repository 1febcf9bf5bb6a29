/** Vital signs in words and numbers. */
import { ago, list } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import type { IconName } from '../ui/Icon.tsx';
import type {
  Band,
  Latest,
  MeasureValue,
  Reading,
  Score,
  Source,
  TrendPoint,
  VitalKind,
  VitalsView,
} from '../wire.ts';

export const vitalIcon: Record<VitalKind, IconName> = {
  spo2: 'drop',
  pulse: 'heart',
  heartRate: 'heart',
  bloodPressure: 'cuff',
  temperature: 'thermometer',
  respiratoryRate: 'lungs',
  weight: 'scale',
  glucose: 'drop',
  consciousness: 'mind',
  oxygen: 'wind',
};

/** The order tiles stand in; these seven are always there, so that none moves when a reading arrives. */
export const MAIN: readonly VitalKind[] = [
  'spo2',
  'pulse',
  'bloodPressure',
  'temperature',
  'respiratoryRate',
  'consciousness',
  'oxygen',
];

export const unitOf = (kind: VitalKind): string => {
  switch (kind) {
    case 'spo2':
      return '%';
    case 'pulse':
    case 'heartRate':
    case 'respiratoryRate':
      return t('vit.perMin');
    case 'bloodPressure':
      return 'mmHg';
    case 'temperature':
      return '℃';
    case 'weight':
      return 'kg';
    case 'glucose':
      return 'mg/dL';
    case 'oxygen':
      return t('vit.lPerMin');
    case 'consciousness':
      return '';
  }
};

const measured = (values: readonly MeasureValue[], measure: MeasureValue['measure']) =>
  values.find((v) => v.measure === measure)?.value;

/** Without the zeros behind the point that say nothing: a device writes 36.80, people read 36.8. */
export function trimmed(value: string, decimals: number): string {
  const [whole = '', part = ''] = value.split('.');
  let kept = part;
  while (kept.length > decimals && kept.endsWith('0')) kept = kept.slice(0, -1);
  return kept ? `${whole}.${kept}` : whole;
}

/** The number or word itself, without its unit. */
export function valueText(latest: Pick<Latest, 'kind' | 'reading' | 'values'>): string {
  const { vital } = latest.reading;
  if (vital.kind === 'consciousness') return t(`vit.level.${vital.level}`);
  if (vital.kind === 'oxygen') {
    if (vital.supply.kind === 'air') return t('vit.air');
    return vital.supply.flow ? trimmed(vital.supply.flow.value, 1) : t('vit.oxygenOn');
  }
  if (vital.kind === 'bloodPressure') {
    const high = measured(latest.values, 'systolic') ?? trimmed(vital.systolic, 0);
    const low = measured(latest.values, 'diastolic') ?? (vital.diastolic && trimmed(vital.diastolic, 0));
    return low ? `${high}/${low}` : high;
  }
  return (
    latest.values[0]?.value ??
    trimmed(vital.value, vital.kind === 'temperature' || vital.kind === 'weight' ? 1 : 0)
  );
}

/** Whether the unit belongs behind the text. */
export const hasUnit = (latest: Pick<Latest, 'reading'>): boolean => {
  const { vital } = latest.reading;
  return (
    vital.kind !== 'consciousness' &&
    !(vital.kind === 'oxygen' && (vital.supply.kind === 'air' || !vital.supply.flow))
  );
};

/** Value and unit in one, for sentences. */
export const inWords = (latest: Pick<Latest, 'kind' | 'reading' | 'values'>): string =>
  hasUnit(latest)
    ? `${valueText(latest)}${unitOf(latest.kind) === '%' ? '' : ' '}${unitOf(latest.kind)}`
    : valueText(latest);

export function sourceName(source: Source): string {
  if (source.kind === 'manual') {
    return t(source.by.kind === 'clinician' ? 'vit.source.clinician' : 'vit.source.household');
  }
  return t(`vit.source.${source.kind}`);
}

export const sourceText = (reading: Reading): string => sourceName(reading.source);

/** How old a reading is at `now`, in words of one unit. The view's own age is at the moment it was made. */
export const ageText = (latest: Latest, view: VitalsView, now: number): string =>
  ago(Math.max(0, latest.age + Math.max(0, now - view.now)));

export const scoreText = (score: Score): string =>
  score.min === score.max
    ? t('news.exact', { min: score.min })
    : t('news.range', { min: score.min, max: score.max });

export const bandText = (score: Score): string =>
  score.bandMin === score.bandMax
    ? t(`news.${score.bandMin}`)
    : t('news.bandRange', { min: t(`news.${score.bandMin}`), max: t(`news.${score.bandMax}`) });

/** What is certain of it. What is missing may still raise it, and is no alarm by itself. */
export const certainText = (score: Score): string => {
  if (score.bandMin === score.bandMax) return t(`news.${score.bandMin}`);
  return score.bandMin === 'low' ? t('news.unknown') : t('news.atLeast', { min: t(`news.${score.bandMin}`) });
};

/** How alarming it looks: by the lower bound. A low one that may still rise is not yet good. */
export const scoreTone = (score: Score): 'good' | 'info' | 'warn' | 'bad' =>
  score.bandMin === 'low' && score.bandMax !== 'low' ? 'info' : bandTone[score.bandMin];

/**
 * The value that the score counts in place of a newer one that is doubted: people and score must look at the same.
 * `null`: the newest is not doubted, or nothing else counts.
 */
export function countedInstead(latest: Latest, view: VitalsView): TrendPoint | null {
  if (latest.counts || latest.stale || view.outlived) return null;
  if (!latest.reading.flags.some((flag) => flag !== 'ongoing')) return null;
  const points = view.trends.find((trend) => trend.kind === latest.kind)?.points ?? [];
  const counted = new Set(view.score?.items.flatMap((item) => item.reading ?? []));
  return points.findLast((point) => counted.has(point.id)) ?? null;
}

export const missingText = (score: Score): string => {
  const missing = score.items.filter((i) => !i.reading).map((i) => t(`item.${i.item}`));
  if (missing.length === score.items.length) return t('news.missingAll');
  return missing.length ? t('news.missing', { items: list(missing) }) : t('news.complete');
};

/** How alarming a band looks. */
export const bandTone: Record<Band, 'good' | 'info' | 'warn' | 'bad'> = {
  low: 'good',
  lowMedium: 'warn',
  medium: 'warn',
  high: 'bad',
};
