import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { ago, clockTime } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import {
  ageText,
  certainText,
  countedInstead,
  hasUnit,
  MAIN,
  missingText,
  scoreText,
  scoreTone,
  sourceText,
  unitOf,
  valueText,
  vitalIcon,
} from '../model/vitals.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Dialog } from '../ui/parts.tsx';
import type { Latest, Score, VitalKind, VitalsView } from '../wire.ts';

interface TileProps {
  kind: VitalKind;
  latest: Latest | null;
  view: VitalsView | null;
  compact: boolean;
  brief: boolean;
  past: boolean;
}

/**
 * `compact`: the unit stands beside the name, so that the number keeps its size in a narrow tile. `brief`: over a
 * picture there is room for the number, its age, and that something is to be known about it; the words stand below. `past`: in a
 * record a value has a time, and grows no older.
 */
function Tile({ kind, latest, view, compact, brief, past }: TileProps): VNode {
  // Oxygen is a word as often as a flow: its unit stands with the number.
  const unitAbove = compact && kind !== 'oxygen';
  const doubt = latest?.reading.flags.filter((f) => f !== 'ongoing') ?? [];
  const instead = latest && view ? countedInstead(latest, view) : null;
  const large = latest && instead ? { ...latest, values: instead.values } : latest;
  return (
    <div
      class={`vital ${latest?.stale && !past ? 'stale' : ''} ${latest ? '' : 'none'}`}
      data-testid={`vital-${kind}`}
    >
      <dt>
        <Icon name={vitalIcon[kind]} />
        <span>{t(`vit.${kind}`)}</span>
        {unitAbove && <span class="unit">{unitOf(kind)}</span>}
      </dt>
      <dd>
        <span class="value num">
          {large ? valueText(large) : '––'}
          {large && hasUnit(large) && !unitAbove && <small> {unitOf(kind)}</small>}
        </span>
        <span class="meta">
          {latest && view && instead ? (
            <>
              <span class="num">{ago(Math.max(0, now.value - instead.at))}</span>
              {brief ? (
                <b class="flag">{t('vit.doubt')}</b>
              ) : (
                <>
                  <b class="flag num" data-testid="doubted">
                    {valueText(latest)}
                  </b>
                  {doubt[0] && <b class="flag">{t(`flag.${doubt[0]}`)}</b>}
                </>
              )}
              {!compact && <span class="num">{clockTime(latest.reading.takenAt)}</span>}
              {!compact && <span class="source">{sourceText(latest.reading)}</span>}
            </>
          ) : latest && view ? (
            <>
              {latest.stale && !past && <b class="flag">{t('vit.stale')}</b>}
              {(past || !latest.stale) && doubt[0] && (
                <b class="flag">{t(brief ? 'vit.doubt' : `flag.${doubt[0]}`)}</b>
              )}
              {!past && <span class="num">{ageText(latest, view, now.value)}</span>}
              {!brief && <span class="num">{clockTime(latest.reading.takenAt)}</span>}
              {!brief && <span class="source">{sourceText(latest.reading)}</span>}
            </>
          ) : (
            <span>{t('none')}</span>
          )}
        </span>
      </dd>
    </div>
  );
}

/** The newest value of each kind with unit, age, time and source. The main seven keep their places. */
export function VitalTiles(props: {
  view: VitalsView | null;
  only?: readonly VitalKind[];
  compact?: boolean;
  brief?: boolean;
  past?: boolean;
}): VNode {
  const { view, only, compact = false, brief = false, past = false } = props;
  const latest = (kind: VitalKind) => view?.latest.find((l) => l.kind === kind) ?? null;
  const more = (view?.latest ?? []).map((l) => l.kind).filter((k) => !MAIN.includes(k));
  const kinds = only ?? [...MAIN, ...more];
  return (
    <dl class={`vitals ${compact ? 'compact' : ''}`}>
      {kinds.map((kind) => (
        <Tile
          kind={kind}
          latest={latest(kind)}
          view={view}
          compact={compact}
          brief={brief}
          past={past}
          key={kind}
        />
      ))}
    </dl>
  );
}

/** NEWS2 as an interval, with what is missing; item by item when it is opened. */
export function ScoreCard({ view, small = false }: { view: VitalsView | null; small?: boolean }): VNode {
  const score = view?.outlived ? null : view?.score;
  const measured = score?.items.some((item) => item.reading) ?? false;
  const tone = score && measured ? scoreTone(score) : 'info';
  const [open, setOpen] = useState(false);
  return (
    <section class={`score ${tone} ${small ? 'small' : ''}`} aria-label={t('news.title')} data-testid="news2">
      <div class="head">
        <b>{t('news.title')}</b>
        {score && <span class="num total">{scoreText(score)}</span>}
        {score && <span class="band">{certainText(score)}</span>}
      </div>
      {score && measured && (
        <Button class="items" onClick={() => setOpen(true)} testid="news2-open">
          {t('news.open')}
        </Button>
      )}
      <p>
        {score
          ? missingText(score)
          : view
            ? t(view.notScored ? `news.${view.notScored}` : 'news.outOfDate')
            : t('vit.none')}
        {score?.singleThree === 'yes' && <span class="also">{t('news.single')}</span>}
        {score?.singleThree === 'open' && measured && !small && (
          <span class="also">{t('news.singleOpen')}</span>
        )}
      </p>
      {open && score && (
        <Dialog
          title={t('news.items')}
          testid="news2-items"
          onClose={() => setOpen(false)}
          actions={
            <Button kind="primary" onClick={() => setOpen(false)}>
              {t('close')}
            </Button>
          }
        >
          <table class="newsitems num">
            <tbody>
              {score.items.map((item) => (
                <tr key={item.item}>
                  <th scope="row">{t(`item.${item.item}`)}</th>
                  <td>{itemValue(item, view)}</td>
                  <td>
                    {item.reading ? t('news.points', { n: item.min }) : t('news.upTo', { max: item.max })}
                  </td>
                </tr>
              ))}
              <tr>
                <th scope="row">{t('news.total')}</th>
                <td>{certainText(score)}</td>
                <td>{scoreText(score)}</td>
              </tr>
            </tbody>
          </table>
          <p class="soft">{t('news.note')}</p>
        </Dialog>
      )}
    </section>
  );
}

/** What an item counts, as it was read. */
function itemValue(item: Score['items'][number], view: VitalsView | null): string {
  if (item.scoredValue != null) return item.scoredValue;
  const latest = view?.latest.find((l) => l.reading.id === item.reading);
  return latest ? valueText(latest) : '––';
}
