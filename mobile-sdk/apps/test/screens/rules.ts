/** What every screen must keep to, looked for in the page itself. */

import type { Rules } from './limits.ts';

/**
 * Everything wrong with what is on the screen now, one line each.
 *
 * Runs inside the browser: it may use nothing from outside itself.
 */
export function faults(rules: Rules): string[] {
  const found: string[] = [];
  // Nothing moves while this looks: each question to the browser is asked once.
  const once = <K, V>(ask: (key: K) => V): ((key: K) => V) => {
    const known = new Map<K, V>();
    return (key) => {
      const before = known.get(key);
      if (before !== undefined || known.has(key)) return before as V;
      const answer = ask(key);
      known.set(key, answer);
      return answer;
    };
  };
  const LOOKED_AT = [
    'backgroundColor',
    'backgroundImage',
    'borderBottomWidth',
    'borderTopWidth',
    'color',
    'display',
    'flexDirection',
    'fontSize',
    'overflowX',
    'overflowY',
    'position',
    'visibility',
  ] as const;
  const styleOf = once((e: Element) => {
    const style = getComputedStyle(e);
    // Copied: the live object would work each value out again whenever it is read.
    return Object.fromEntries(LOOKED_AT.map((name) => [name, style[name]])) as Record<
      (typeof LOOKED_AT)[number],
      string
    >;
  });
  const boxOf = once((e: Element) => e.getBoundingClientRect());
  const seen = once((e: Element) => {
    if (e.closest('.sr,[hidden],[aria-hidden="true"]')) return false;
    const box = boxOf(e);
    const style = styleOf(e);
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.display !== 'none';
  });
  const name = (e: Element) => {
    const id = e.getAttribute('data-testid');
    const classes = typeof e.className === 'string' ? e.className.split(' ').filter(Boolean) : [];
    return `${e.tagName.toLowerCase()}${id ? `[${id}]` : classes.map((c) => `.${c}`).join('')}`;
  };
  const modal = document.querySelector('dialog[open], [role=alertdialog]');
  const scope = modal ?? document.body;

  // ---- Colours -------------------------------------------------------------------------------------------------
  type Colour = [number, number, number, number];
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const g = canvas.getContext('2d', { willReadFrequently: true });
  const parse = once((css: string): Colour => {
    if (!g) return [0, 0, 0, 0];
    g.clearRect(0, 0, 1, 1);
    g.fillStyle = css;
    g.fillRect(0, 0, 1, 1);
    const [r = 0, gr = 0, b = 0, a = 0] = g.getImageData(0, 0, 1, 1).data;
    return [r, gr, b, a / 255];
  });
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const light = ([r, gr, b]: Colour) => {
    const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(gr) + 0.0722 * linear(b);
  };
  const ratio = (a: Colour, b: Colour) => {
    const [hi, lo] = [light(a), light(b)].sort((x, y) => y - x) as [number, number];
    return (hi + 0.05) / (lo + 0.05);
  };
  /** Every colour the ground under a text can have: plain fills, each stop of a gradient, any picture of a camera. */
  const grounds = once((e: Element): Colour[] => {
    const layers: Colour[][] = [];
    let base: Colour[] = [parse(styleOf(document.body).backgroundColor)];
    for (let at: Element | null = e; at; at = at.parentElement) {
      const style = styleOf(at);
      const stops = [...style.backgroundImage.matchAll(/rgba?\([^)]*\)|color\([^)]*\)/g)].map((m) =>
        parse(m[0]),
      );
      const fill = parse(style.backgroundColor);
      const layer = [...stops.filter((s) => s[3] > 0), ...(fill[3] > 0 ? [fill] : [])];
      if (layer.length) layers.push(layer);
      if (fill[3] === 1 || stops.some((s) => s[3] === 1)) break;
      if (at.previousElementSibling instanceof HTMLVideoElement) {
        base = [
          [0, 0, 0, 1],
          [255, 255, 255, 1],
        ];
        break;
      }
    }
    let result = base;
    for (const layer of layers.reverse()) {
      const solid = layer.filter((c) => c[3] === 1);
      const thin = layer.filter((c) => c[3] < 1);
      const made = thin.flatMap((c) => result.map((below) => over(c, below)));
      result = solid.length ? [...solid, ...thin.flatMap((c) => solid.map((below) => over(c, below)))] : made;
    }
    return result;
  });

  // ---- Boxes ---------------------------------------------------------------------------------------------------
  interface Box {
    left: number;
    right: number;
    top: number;
    bottom: number;
  }
  /** A thing with an edge that can be seen: what stands in it must stay in it. */
  const isBox = (style: ReturnType<typeof styleOf>) =>
    style.display !== 'inline' &&
    (parse(style.backgroundColor)[3] > 0 ||
      style.backgroundImage !== 'none' ||
      [style.borderTopWidth, style.borderBottomWidth].every((w) => Number.parseFloat(w) > 0));
  const outside = (box: Box, e: Element): string | null => {
    for (let at: Element | null = e; at && at !== document.documentElement; at = at.parentElement) {
      const style = styleOf(at);
      const edge = boxOf(at);
      const scrollsDown = style.overflowY === 'auto' || style.overflowY === 'scroll';
      const cuts = style.overflowX !== 'visible' || style.overflowY !== 'visible';
      if (cuts || isBox(style)) {
        if (box.right > edge.right + 1.5 || box.left < edge.left - 1.5) {
          const by = Math.round(Math.max(box.right - edge.right, edge.left - box.left));
          return `${by} px ${cuts ? 'cut off' : 'out'} sideways of ${name(at)}`;
        }
        if (!scrollsDown && (box.bottom > edge.bottom + 2 || box.top < edge.top - 2)) {
          const by = Math.round(Math.max(box.bottom - edge.bottom, edge.top - box.top));
          return `${by} px ${cuts ? 'cut off' : 'out'} of ${name(at)}`;
        }
      }
      // Below `#app` the page itself scrolls.
      if (scrollsDown || style.position === 'fixed' || at === modal || at.parentElement?.id === 'app')
        return null;
    }
    return null;
  };
  /** The part of an element that scrolling has not taken out of sight. */
  const shown = once((e: Element): Box => {
    const { left, right, top, bottom } = boxOf(e);
    const box = { left, right, top, bottom };
    for (let at = e.parentElement; at; at = at.parentElement) {
      if (styleOf(at).overflowY === 'visible') continue;
      const edge = boxOf(at);
      box.top = Math.max(box.top, edge.top);
      box.bottom = Math.min(box.bottom, edge.bottom);
    }
    return box;
  });

  // ---- What is pressed -----------------------------------------------------------------------------------------
  const pressed = [...scope.querySelectorAll('button, a[href], input, select, textarea, [role=button]')]
    .map((e) => (e.matches('label input') ? (e.closest('label') ?? e) : e))
    .filter(seen);
  for (const e of pressed) {
    const box = boxOf(e);
    if (box.width < rules.target - 0.5 || box.height < rules.target - 0.5) {
      found.push(`target ${Math.round(box.width)}x${Math.round(box.height)} px: ${name(e)}`);
    }
    if (box.right > window.innerWidth + 1 || box.left < -1) found.push(`outside the screen: ${name(e)}`);
    if (rules.oneScreen && box.bottom > window.innerHeight + 1)
      found.push(`${Math.round(box.bottom - window.innerHeight)} px below the screen: ${name(e)}`);
    const out = outside(box, e.parentElement ?? e);
    if (out) found.push(`${name(e)} is ${out}`);
  }
  const layer = once((e: Element) => {
    for (let at: Element | null = e; at; at = at.parentElement) {
      if (['fixed', 'absolute', 'sticky'].includes(styleOf(at).position)) return at;
    }
    return null;
  });
  pressed.forEach((a, i) => {
    for (const b of pressed.slice(i + 1)) {
      if (a.contains(b) || b.contains(a) || layer(a) !== layer(b)) continue;
      const [x, y] = [shown(a), shown(b)];
      const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left);
      const high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
      if (wide > 1.5 && high > 1.5) found.push(`${name(a)} lies over ${name(b)}`);
    }
  });

  // Over a call lies what says that the line is away. It must leave free what is recorded, and how to stop it.
  const banner = document.querySelector('.banner-slot');
  if (banner && !modal) {
    const edge = boxOf(banner).bottom;
    const free = [...document.querySelectorAll('.rec, [data-testid^="rec-"], .weakline .chip')].filter(seen);
    for (const e of [...free, ...(rules.oneScreen ? pressed : [])]) {
      if (!banner.contains(e) && boxOf(e).top < edge - 1) found.push(`${name(e)} is under the banner`);
    }
  }

  // What is told over a page leaves free what is pressed, and what stands for a picture its name.
  const meet = (a: Box, b: Box) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const marks = rules.oneScreen ? [...scope.querySelectorAll('.rec')].filter(seen) : [];
  for (const told of marks)
    for (const e of pressed)
      if (layer(told) && !layer(e) && meet(boxOf(told), shown(e)))
        found.push(`${name(told)} covers ${name(e)}`);
  for (const veil of [...scope.querySelectorAll('.tile .veil > span')].filter(seen)) {
    const plate = veil.closest('.tile')?.querySelector('.plate');
    if (plate && meet(boxOf(veil), boxOf(plate))) found.push(`${name(plate)} covers ${name(veil)}`);
  }

  // ---- What is read --------------------------------------------------------------------------------------------
  const rowsOf = new Map<Element, number[]>();
  const oneLine = (e: Element) =>
    e.closest(
      '.flag, .chip:not(.wrapping), :lang(ja) .member .whole, .vital dt > span, .clock, time, .tabs button, .phonetabs button, kbd',
    );
  const japanese = document.documentElement.lang === 'ja';
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    const text = node.textContent?.trim();
    if (!e || !text || !seen(e) || e.closest('option, svg')) continue;
    const what = `${name(e)} "${text.slice(0, 12)}"`;
    // A name of the wire, a hole without its value, or what a program prints of nothing.
    const raw = text.match(
      /\b[a-z]+(?:[A-Z][a-z0-9]+)+\b|\{[a-zA-Z]+\}|\b(?:undefined|NaN|null)\b|\[object/g,
    );
    const code =
      raw?.find((word) => word !== 'mmHg') ??
      (japanese ? text.match(/\b[a-z]+(?:-[a-z]+)+\b/)?.[0] : undefined);
    if (code) found.push(`not a word: ${code}`);
    // Names and what somebody wrote have no reading; numbers of the clock and the calendar are read by everybody.
    if (japanese && rules.readings && !e.closest('ruby, select')) {
      const own = rules.readings.reduce(
        (rest, written) => rest.replaceAll(written, ''),
        node.textContent ?? '',
      );
      const bare = own
        .replace(/\d\s*(?:時間|年|月|日|時|分|秒|回\/分)|\([日月火水木金土]\)/g, '')
        .match(/[\p{Script=Han}]+/u)?.[0];
      if (bare) found.push(`no reading above ${bare}: ${what}`);
    }
    const style = styleOf(e);
    const size = Number.parseFloat(style.fontSize);
    if (size < rules.text && !e.closest('rt')) found.push(`text ${size} px: ${what}`);
    const ground = grounds(e);
    const worst = Math.min(...ground.map((c) => ratio(over(parse(style.color), c), c)));
    if (worst < rules.contrast) found.push(`contrast ${worst.toFixed(2)}: ${what}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    // A word of letters is broken between words only. Numbers and addresses may be long.
    if (range.getClientRects().length > 1) {
      for (const word of node.textContent?.matchAll(/[A-Za-z]{2,}/g) ?? []) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const tops = new Set([...range.getClientRects()].map((r) => Math.round(r.top)));
        if (tops.size > 1) found.push(`broken in the word ${word[0]}: ${name(e)}`);
      }
      range.selectNodeContents(node);
    }
    for (const line of range.getClientRects()) {
      if (line.width < 0.5) continue;
      // A line's own box is taller than its letters.
      const middle = (line.top + line.bottom) / 2;
      const letters = {
        left: line.left,
        right: line.right,
        top: middle - size / 2,
        bottom: middle + size / 2,
      };
      const out = outside(letters, e);
      if (out) {
        found.push(`${what} is ${out}`);
        break;
      }
      const under = pressed.find((p) => {
        if (p.contains(e) || e.contains(p) || layer(p) !== layer(e)) return false;
        const box = shown(p);
        const wide = Math.min(box.right, letters.right) - Math.max(box.left, letters.left);
        return wide > 2 && Math.min(box.bottom, letters.bottom) - Math.max(box.top, letters.top) > 2;
      });
      // Scrolled out of its own box, above or below, it lies under nothing: it is not there.
      const seen = shown(e);
      if (under && letters.bottom <= seen.bottom + 1 && letters.top >= seen.top - 1)
        found.push(`${what} lies under ${name(under)}`);
      const single = oneLine(e);
      if (single) rowsOf.set(single, [...(rowsOf.get(single) ?? []), Math.round(middle)]);
    }
  }
  for (const [e, rows] of rowsOf) {
    const columns = styleOf(e).flexDirection === 'column';
    const high = Number.parseFloat(styleOf(e).fontSize);
    if (!columns && Math.max(...rows) - Math.min(...rows) > high) found.push(`takes two lines: ${name(e)}`);
  }

  for (const e of scope.querySelectorAll('rt:not([aria-hidden="true"])'))
    found.push(`a voice says it twice: ${name(e)} "${e.textContent}"`);

  // ---- The page ------------------------------------------------------------------------------------------------
  for (const e of [document.documentElement, ...scope.querySelectorAll('*')]) {
    if (e.closest('.sr, .plotbox, svg') || !(e instanceof HTMLElement)) continue;
    const scrolls = e === document.documentElement || /auto|scroll/.test(styleOf(e).overflowX);
    const by = e.scrollWidth - e.clientWidth;
    if (scrolls && by > 1) found.push(`${by} px wider than its place: ${name(e)}`);
  }
  // One page: nothing on it waits below the edge of its own box.
  if (rules.oneScreen) {
    for (const e of [...scope.querySelectorAll('*')].filter((e) =>
      /auto|scroll/.test(styleOf(e).overflowY),
    )) {
      const by = e.scrollHeight - e.clientHeight;
      if (seen(e) && by > 1) found.push(`${by} px more than its place: ${name(e)}`);
    }
  }
  // On a phone, however it is held: the bar of the call in sight, and room to read below or beside it.
  const bar = document.querySelector('.phonecall > .callbar');
  if (bar && boxOf(bar).bottom > window.innerHeight + 1)
    found.push('the bar of the call is below the screen');
  const panel = document.querySelector('.phonecall > [role=tabpanel]');
  if (panel && boxOf(panel).height < 100)
    found.push(`too low to read: ${Math.round(boxOf(panel).height)} px: ${name(panel)}`);
  // Beside each other, each part of the desk scrolls by itself; the page stands still, and its head stays in sight.
  const still = document.querySelector('.deskgrid, .phonecall') && window.innerWidth > 1180;
  const longer = document.documentElement.scrollHeight - window.innerHeight;
  if (still && longer > 1) found.push(`the page itself scrolls: ${longer} px`);
  // The browser of the test asks for reduced motion.
  const moving = document.getAnimations().filter((a) => {
    const { duration } = a.effect?.getComputedTiming() ?? {};
    return a.playState === 'running' && typeof duration === 'number' && duration > 50;
  });
  for (const { effect } of moving)
    if (effect instanceof KeyframeEffect && effect.target)
      found.push(`moves all the same: ${name(effect.target)}`);
  const page = (modal ?? document.querySelector('main'))?.getBoundingClientRect();
  if (rules.oneScreen && page && page.bottom > window.innerHeight + 1) {
    found.push(`needs scrolling: ${Math.round(page.bottom - window.innerHeight)} px below the screen`);
  }
  return found;
}
