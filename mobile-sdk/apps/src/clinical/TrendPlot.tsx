import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { zone } from '../app/clock.ts';
import { clockTime } from '../app/format.ts';
import { theme } from '../app/theme.ts';
import { lang, t } from '../i18n/index.tsx';
import { LINES, plotOf, windowOf } from '../model/trend.ts';
import { Empty } from '../ui/parts.tsx';
import type { VitalsView } from '../wire.ts';

const colours = ['--plot-1', '--plot-2', '--plot-3', '--plot-4'];
const dashes = [[], [], [], [6, 4]];
const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(width: number, height: number, shown: [number, number]): UPlot.Options {
  const axis = (scale: string, side: 1 | 3, colour: string): UPlot.Axis => ({
    scale,
    side,
    stroke: css(colour),
    font: '12px "BIZ UDPGothic"',
    size: 40,
    gap: 4,
    grid: { show: side === 3, stroke: css('--line-soft'), width: 1 },
    ticks: { show: false },
  });
  const line = (i: number): UPlot.Series => ({
    scale: LINES[i]?.scale ?? 'number',
    stroke: css(colours[i] ?? '--text'),
    width: 2,
    dash: dashes[i] ?? [],
    points: { show: true, size: 5, fill: css(colours[i] ?? '--text') },
    spanGaps: false,
  });
  const dots = (i: number): UPlot.Series => ({
    scale: LINES[i]?.scale ?? 'number',
    stroke: css(colours[i] ?? '--text'),
    width: 0,
    points: { show: true, size: 9, fill: css('--surface'), width: 2 },
  });
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: false },
    padding: [10, 6, 0, 6],
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), zone.value),
    scales: {
      x: { time: true, range: shown },
      percent: { range: (_, min) => [Math.min(80, (min ?? 90) - 2), 100] },
      number: { range: (_, min, max) => [Math.min(40, (min ?? 60) - 5), Math.max(180, (max ?? 120) + 5)] },
    },
    axes: [
      {
        stroke: css('--soft'),
        font: '12px "BIZ UDPGothic"',
        size: 26,
        grid: { stroke: css('--line-soft'), width: 1 },
        ticks: { show: false },
        // Whole minutes: the labels show no smaller ones.
        incrs: [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400],
        values: (_, splits) => splits.map((s) => clockTime(s * 1000)),
      },
      axis('percent', 3, '--plot-1'),
      // A small plot is two fingers high: by itself it would write one number.
      { ...axis('number', 1, '--soft'), space: 16, incrs: [50, 100] },
    ],
    series: [{}, ...LINES.map((_, i) => line(i)), ...LINES.map((_, i) => dots(i))],
  };
}

/** SpO2, pulse and blood pressure since the first reading; its place is kept before the first reading. `whole`: of a record. */
export function TrendPlot(props: { view: VitalsView | null; height?: number; whole?: boolean }): VNode {
  const { view, height = 170, whole = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = plotOf(view?.trends ?? []);
  const look = `${theme.value} ${lang.value}`;
  useEffect(() => {
    const element = box.current;
    if (!element || !view || plot.empty) return;
    const data = [plot.times, ...plot.lines, ...plot.doubtful] as UPlot.AlignedData;
    const chart = new UPlot(
      options(element.clientWidth || 600, height, windowOf(plot, view.now, whole)),
      data,
      element,
    );
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [view, look, height, plot.empty]);
  const label = (i: number) =>
    `${t(`vit.${LINES[i]?.kind ?? 'spo2'}`)}${i === 2 ? ' ↑' : i === 3 ? ' ↓' : ''}`;
  return (
    <figure class="trend" aria-label={t('vit.trend')}>
      <figcaption class="row wrap">
        <b>{t('vit.trend')}</b>
        {LINES.map((line, i) => (
          <span class="key" key={line.measure}>
            <svg viewBox="0 0 22 6" width="22" height="6" aria-hidden="true">
              <path
                d="M0 3h22"
                stroke={`var(${colours[i]})`}
                stroke-width="3"
                stroke-dasharray={dashes[i]?.join(' ')}
              />
            </svg>
            {label(i)}
          </span>
        ))}
      </figcaption>
      <div class="plotbox" style={{ height: `${height}px` }}>
        {plot.empty ? (
          <Empty icon="clock" title={t('vit.trend.none')} />
        ) : (
          <div ref={box} aria-hidden="true" />
        )}
      </div>
    </figure>
  );
}
