/**
 * The rules for old eyes and unsteady hands, checked in the page: targets of at least 72 px, text of at least 24 px
 * (furigana apart: the word below it is large), contrast of at least 7:1, nothing cut off.
 *
 * Runs inside the browser: it may use nothing from outside itself.
 */
export function elderlySafe(): string[] {
  const TARGET = 72;
  const TEXT = 24;
  const CONTRAST = 7;
  const found: string[] = [];

  const name = (e: Element) =>
    `${e.tagName.toLowerCase()}${e.getAttribute('data-testid') ? `[${e.getAttribute('data-testid')}]` : e.className && typeof e.className === 'string' ? `.${e.className.split(' ').filter(Boolean).join('.')}` : ''}`;
  const visible = (e: Element) => {
    if (e.closest('.sr,[hidden],[aria-hidden="true"]')) return false;
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.display !== 'none';
  };

  type Colour = [number, number, number, number];
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const g = canvas.getContext('2d', { willReadFrequently: true });
  const parse = (css: string): Colour => {
    if (!g) return [0, 0, 0, 0];
    g.clearRect(0, 0, 1, 1);
    g.fillStyle = css;
    g.fillRect(0, 0, 1, 1);
    const [r = 0, gr = 0, b = 0, a = 0] = g.getImageData(0, 0, 1, 1).data;
    return [r, gr, b, a / 255];
  };
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
  /** Every colour the ground under a text can have: plain fills, and each stop of a gradient. */
  const grounds = (e: Element): Colour[] => {
    const layers: Colour[][] = [];
    for (let at: Element | null = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const stops = [...style.backgroundImage.matchAll(/rgba?\([^)]*\)|color\([^)]*\)/g)].map((m) =>
        parse(m[0]),
      );
      const fill = parse(style.backgroundColor);
      const layer = [...stops.filter((s) => s[3] > 0), ...(fill[3] > 0 ? [fill] : [])];
      if (layer.length) layers.push(layer);
      if (fill[3] === 1 || stops.some((s) => s[3] === 1)) break;
      if (at instanceof HTMLElement && at.previousElementSibling instanceof HTMLVideoElement) break;
    }
    const base: Colour = parse(getComputedStyle(document.body).backgroundColor);
    let result: Colour[] = [base];
    for (const layer of layers.reverse()) {
      const solid = layer.filter((c) => c[3] === 1);
      const thin = layer.filter((c) => c[3] < 1);
      const made = thin.flatMap((c) => result.map((below) => over(c, below)));
      result = solid.length ? [...solid, ...thin.flatMap((c) => solid.map((below) => over(c, below)))] : made;
    }
    return result;
  };

  const modal = document.querySelector('dialog[open], [role=alertdialog]');
  const scope = modal ?? document.body;

  for (const e of scope.querySelectorAll('button, a[href], input, select, textarea, [role=button]')) {
    const box = (e.matches('.choice input') ? (e.closest('.choice') ?? e) : e).getBoundingClientRect();
    if (!visible(e) && !e.matches('.choice input')) continue;
    if (box.width < TARGET || box.height < TARGET) {
      found.push(`target ${Math.round(box.width)}x${Math.round(box.height)} px: ${name(e)}`);
    }
    if (box.right > window.innerWidth + 1 || box.left < -1) found.push(`outside the screen: ${name(e)}`);
  }

  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    const text = node.textContent?.trim();
    if (!e || !text || !visible(e) || e.closest('option')) continue;
    const style = getComputedStyle(e);
    const size = Number.parseFloat(style.fontSize);
    if (size < TEXT && !e.closest('rt')) found.push(`text ${size} px: ${name(e)} "${text.slice(0, 12)}"`);
    const ground = grounds(e);
    const worst = Math.min(...ground.map((c) => ratio(over(parse(style.color), c), c)));
    if (worst < CONTRAST) found.push(`contrast ${worst.toFixed(2)}: ${name(e)} "${text.slice(0, 12)}"`);
  }
  for (const e of scope.querySelectorAll('button, h1, h2, .value, .readout, .plate, .person')) {
    if (visible(e) && (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 6)) {
      const style = getComputedStyle(e);
      if (style.overflow !== 'visible' || e.matches('button')) found.push(`cut off: ${name(e)}`);
    }
  }
  const box = (modal ?? document.querySelector('main'))?.getBoundingClientRect();
  if (box && box.bottom > window.innerHeight + 1) {
    found.push(`needs scrolling: ${Math.round(box.bottom - window.innerHeight)} px below the screen`);
  }
  return found;
}
