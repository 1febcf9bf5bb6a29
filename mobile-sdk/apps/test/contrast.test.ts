import { describe, expect, it } from 'vitest';
import { declarations, rules } from './styles.ts';

type Theme = Map<string, string>;

const tokens = rules('tokens.css');
const themed = (mark: string) => tokens.filter((r) => r.selector.includes(mark));
const collect = (found: typeof tokens): Theme => new Map(found.flatMap((r) => [...declarations(r.body)]));
const everywhere = collect(tokens.filter((r) => r.selector === ':root'));
const THEMES: Record<string, Theme> = {
  night: new Map([...everywhere, ...collect(themed('"night"'))]),
  day: new Map([...everywhere, ...collect(themed('"day"'))]),
};

function channels(theme: Theme, token: string): [number, number, number] {
  const value = theme.get(`--${token}`) ?? token;
  const hex = /^#([0-9a-f]{6})$/i.exec(value)?.[1];
  if (!hex) throw new Error(`--${token} is no colour: ${value}`);
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(theme: Theme, text: string, ground: string): number {
  const light = (token: string) => {
    const [r, g, b] = channels(theme, token).map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    ) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [light(text), light(ground)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The plain surfaces a text can stand on, and the texts that stand on any of them. */
const SURFACES = ['bg', 'bg-glow', 'surface', 'surface-2'];
const TEXTS = ['text', 'soft', 'lamp', 'stop', 'yes'];
/** Fills with their own ink: `--x-on` on `--x`, `--x-text` on `--x`, `--u-x-on` on `--u-x`. */
const inks = (theme: Theme): [string, string][] =>
  [...theme.keys()].flatMap((name) => {
    const token = name.slice(2);
    const ground = token.endsWith('-on')
      ? token.slice(0, -3)
      : token.endsWith('-text')
        ? token.slice(0, -5)
        : null;
    return ground && ground !== 'plate' ? [[token, ground] as [string, string]] : [];
  });

/** Pairs that the stylesheets themselves put together in one rule. */
function usedTogether(): [string, string][] {
  const token = (value: string | undefined) => /^var\(--([\w-]+)\)$/.exec(value ?? '')?.[1];
  return rules().flatMap(({ body }) => {
    const found = declarations(body);
    const text = token(found.get('color') ?? found.get('--ink'));
    const ground = token(found.get('background') ?? found.get('background-color') ?? found.get('--fill'));
    return text && ground && THEMES.night?.has(`--${text}`) && THEMES.night.has(`--${ground}`)
      ? [[text, ground] as [string, string]]
      : [];
  });
}

describe.each(Object.entries(THEMES))('the palette by %s', (_, theme) => {
  const below = (pairs: [string, string][], least: number) =>
    pairs
      .filter(([text, ground]) => !ground.startsWith('plate') && !text.startsWith('plate'))
      .map(([text, ground]) => ({ pair: `${text} on ${ground}`, ratio: contrast(theme, text, ground) }))
      .filter(({ ratio }) => ratio < least);

  it('knows a weak pair', () => {
    expect(below([['line', 'surface']], 4.5)).toHaveLength(1);
  });

  it('reaches 7:1 for every text on every surface', () => {
    expect(
      below(
        TEXTS.flatMap((t) => SURFACES.map((s) => [t, s] as [string, string])),
        7,
      ),
    ).toEqual([]);
  });

  it('reaches 7:1 for every fill with its own ink', () => {
    expect(inks(theme).length).toBeGreaterThan(10);
    expect(below(inks(theme), 7)).toEqual([]);
  });

  it('reaches 7:1 wherever a rule puts a text on a ground', () => {
    expect(usedTogether().length).toBeGreaterThan(20);
    expect(below(usedTogether(), 7)).toEqual([]);
  });

  it('draws lines of the plot that are seen (3:1) on their surface', () => {
    const lines = ['plot-1', 'plot-2', 'plot-3', 'plot-4'].map((p) => [p, 'surface'] as [string, string]);
    expect(below(lines, 3)).toEqual([]);
  });
});
