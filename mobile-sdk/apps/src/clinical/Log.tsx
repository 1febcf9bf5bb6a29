import type { ComponentChildren, VNode } from 'preact';
import { useId, useState } from 'preact/hooks';
import { clockTime, list } from '../app/format.ts';
import { either, t } from '../i18n/index.tsx';
import { inRuns, type Placed, type Run, rangesOf } from '../model/timeline.ts';
import { sourceName, unitOf } from '../model/vitals.ts';
import { Icon } from '../ui/Icon.tsx';
import type { TimelineEntry } from '../wire.ts';

/** A run of readings in one sentence. */
export function runText(run: Run<Placed>): string {
  const ranges = rangesOf(run);
  const least = ranges.map(([low]) => low).join('/');
  const most = ranges.map(([, high]) => high).join('/');
  const unit = unitOf(run.of.kind);
  return t(run.flags.length ? 'enc.run.flagged' : 'enc.run', {
    kind: t(`vit.${run.of.kind}`),
    range: `${least === most ? least : `${least}–${most}`}${unit === '%' ? ' %' : ` ${unit}`}`,
    source: sourceName(run.of.source),
    n: run.items.length,
    from: clockTime(run.items[0]?.entry.at ?? 0),
    until: clockTime(run.items.at(-1)?.entry.at ?? 0),
    flags: list(run.flags.map((flag) => t(`flag.${flag}`))),
  });
}

/** A run: one line, and the lines it is made of once it is opened. */
function RunLine<T extends Placed>(props: {
  run: Run<T>;
  place: (item: T) => ComponentChildren;
  lines: (items: readonly T[]) => VNode[];
}): VNode {
  const [open, setOpen] = useState(false);
  const inside = useId();
  const [first] = props.run.items;
  return (
    <li class="run" data-testid="run">
      {first && props.place(first)}
      <div class="grow">
        <button
          type="button"
          class="run-open"
          aria-expanded={open}
          aria-controls={inside}
          onClick={() => setOpen(!open)}
        >
          <span>{runText(props.run)}</span>
          <Icon name={open ? 'up' : 'down'} />
        </button>
        <ol id={inside} hidden={!open}>
          {open && props.lines(props.run.items)}
        </ol>
      </div>
    </li>
  );
}

/** What happened, line by line; what one sensor gave without a stop in one line. `place`: what stands before each. */
export function Log<T extends Placed>(props: {
  class: string;
  label: string;
  items: readonly T[];
  place: (item: T) => ComponentChildren;
}): VNode {
  const line = (item: T) => (
    <li key={item.entry.seq}>
      {props.place(item)}
      <span class={item.entry.measured ? 'reading' : ''}>{saidOf(item.entry)}</span>
    </li>
  );
  return (
    <ol class={props.class} aria-label={props.label}>
      {inRuns(props.items).map((shown) =>
        'items' in shown ? (
          <RunLine
            run={shown}
            place={props.place}
            lines={(items) => items.map(line)}
            key={`run-${shown.items[0]?.entry.seq}`}
          />
        ) : (
          line(shown)
        ),
      )}
    </ol>
  );
}

const saidOf = (entry: TimelineEntry): string => either(entry.text, entry.textEn);
