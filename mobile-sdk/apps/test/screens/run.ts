/**
 * Every screen in both languages, by night and by day: pictures into var/screens, the rules of `rules.ts` and axe on
 * each, what must not move between states (`steady.ts`), and first the checks themselves, on screens with one fault
 * each. Fails on any finding.
 *
 *   npm run screens -w @yoban/apps [-- --app=tablet --only=idle,calling --lang=ja --theme=night --pictures]
 */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { FAULTS } from '../../fixtures/faults.tsx';
import { withBrowsers } from '../browser.ts';
import { RULES, type Rules } from './limits.ts';
import { Screen } from './page.ts';
import { unsaid } from './says.ts';
import { moved, STEADY, type Standing } from './steady.ts';

const option = (name: string): string | undefined =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const flag = (name: string): boolean => process.argv.includes(`--${name}`);

const OUT = fileURLToPath(new URL('../../../../var/screens/', import.meta.url));

interface Size {
  app: string;
  /** Added to the picture's name; none for the usual size. */
  suffix: string;
  context: BrowserContextOptions;
}
const phone = { isMobile: true, hasTouch: true };
/** Those with most screens first: a short one fills the end of a run, a long one would be it. */
const SIZES: Size[] = [
  { app: 'desk', suffix: '', context: { viewport: { width: 1440, height: 900 } } },
  {
    app: 'phone',
    suffix: '',
    context: { ...phone, viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  },
  { app: 'tablet', suffix: '', context: { viewport: { width: 1280, height: 800 }, hasTouch: true } },
  // A laptop, a small phone, and the door on a phone.
  { app: 'desk', suffix: '@1280', context: { viewport: { width: 1280, height: 800 } } },
  { app: 'phone', suffix: '@360', context: { ...phone, viewport: { width: 360, height: 740 } } },
  // The desk at twice the size, and the phone held sideways.
  {
    app: 'desk',
    suffix: '@zoomed',
    context: { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
  },
  { app: 'phone', suffix: '@sideways', context: { ...phone, viewport: { width: 844, height: 390 } } },
  // The tablet stood upright on the bedside table.
  { app: 'tablet', suffix: '@upright', context: { viewport: { width: 800, height: 1280 }, hasTouch: true } },
  { app: 'start', suffix: '', context: { viewport: { width: 1280, height: 800 } } },
  { app: 'start', suffix: '@390', context: { ...phone, viewport: { width: 390, height: 844 } } },
];

interface Findings {
  pictures: number;
  list: { screen: string; what: string }[];
}

/** Each check finds its own fault, and nothing where there is none. */
async function checkTheChecks(screen: Screen, findings: Findings): Promise<void> {
  for (const [name, expected] of Object.entries(FAULTS)) {
    const shown = { app: 'faults', lang: 'ja', theme: 'night' };
    const standing: Standing = new Map();
    const group = { app: 'faults', screens: ['none', 'moved'], keep: ['.btn'] } as const;
    if (name === 'moved') {
      for (const one of group.screens) {
        await screen.show({ ...shown, name: one });
        standing.set(one, await screen.places([...group.keep]));
      }
    }
    await screen.show({ ...shown, name });
    const said = [
      ...(await screen.language('ja')),
      ...(await screen.faults(RULES.tablet as Rules)),
      ...unsaid('faults', name, await screen.text()),
      ...(await screen.axe()),
      ...(await screen.counting()),
      ...(await screen.focus()),
      ...(name === 'moved'
        ? moved({ ...group, screens: [...group.screens], keep: [...group.keep] }, standing)
        : []),
    ];
    const ok = name === 'none' ? said.length === 0 : said.some((line) => expected.test(line));
    if (!ok)
      findings.list.push({
        screen: `faults-${name}`,
        what: `not found: ${expected}; said: ${said.join(' | ')}`,
      });
  }
}

async function look(screen: Screen, size: Size, lang: string, findings: Findings): Promise<void> {
  const { app } = size;
  const only = option('only')?.split(',');
  const names = ((await screen.names())[app] ?? []).filter((name) => !only || only.includes(name));
  // At the other sizes the form alone is of interest: one theme will do.
  const themes = (size.suffix ? ['night'] : ['night', 'day']).filter(
    (name) => !option('theme') || option('theme') === name,
  );
  // At twice the size things stand below each other, and what is lower moves with what is above it.
  const steady = size.suffix === '@zoomed' ? [] : STEADY.filter((g) => g.app === app);
  const groups = steady.map((group) => ({
    group,
    standing: new Map() as Standing,
  }));
  for (const name of names) {
    for (const theme of themes) {
      const first = theme === themes[0];
      if (first) await screen.show({ app, name, lang, theme });
      else await screen.bright(theme);
      const called = `${app}${size.suffix}-${name}-${lang}-${theme}`;
      await screen.picture(`${OUT}${called}.png`);
      findings.pictures += 1;
      if (flag('pictures')) continue;
      const said = [...(await screen.language(lang)), ...(await screen.faults(RULES[app] as Rules))];
      if (first) {
        if (lang === 'ja') said.push(...unsaid(app, name, await screen.text()));
        for (const { group, standing } of groups.filter((g) => g.group.screens.includes(name)))
          standing.set(name, await screen.places(group.keep));
        // Neither knows about colours: once in each language.
        if (!size.suffix)
          said.push(...(await screen.axe()), ...(await screen.counting()), ...(await screen.focus()));
      }
      findings.list.push(...said.map((what) => ({ screen: called, what })));
    }
  }
  if (only || flag('pictures')) return;
  for (const { group, standing } of groups)
    findings.list.push(
      ...moved(group, standing).map((what) => ({ screen: `${app}${size.suffix}-${lang}`, what })),
    );
}

/** Opens each size once and keeps it: a page that has loaded its fonts and modules shows the next screen at once. */
function pages(browser: Browser, base: string, findings: Findings) {
  const open = new Map<Size, Promise<Screen>>();
  return (size: Size): Promise<Screen> => {
    const known =
      open.get(size) ??
      Screen.open(browser, base, size.context, (message) =>
        findings.list.push({ screen: size.app, what: `error: ${message}` }),
      );
    open.set(size, known);
    return known;
  };
}

mkdirSync(OUT, { recursive: true });
await withBrowsers(1, [], async (browser, base) => {
  const findings: Findings = { pictures: 0, list: [] };
  const langs = ['ja', 'en'].filter((l) => !option('lang') || option('lang') === l);
  const sizes = SIZES.filter((s) => !option('app') || option('app') === s.app);
  const work = sizes.flatMap((size) =>
    langs.map(
      (lang) => async (page: (size: Size) => Promise<Screen>) => look(await page(size), size, lang, findings),
    ),
  );
  if (!flag('pictures') && !option('only')) {
    const [plain] = SIZES.filter((s) => s.app === 'tablet');
    if (plain) work.unshift(async (page) => checkTheChecks(await page(plain), findings));
  }
  const worker = async () => {
    // Its own pages: two workers must not show two screens on one.
    const page = pages(browser, base, findings);
    for (let next = work.shift(); next; next = work.shift()) await next(page);
  };
  // Each page is a process of its own. More than there are cores would wait for each other.
  await Promise.all(Array.from({ length: Math.max(2, Math.min(6, availableParallelism())) }, worker));
  const seen = new Map<string, string[]>();
  for (const { screen, what } of findings.list) seen.set(what, [...(seen.get(what) ?? []), screen]);
  for (const [what, screens] of seen)
    console.log(
      `${what}\n    ${screens.slice(0, 4).join(' ')}${screens.length > 4 ? ` +${screens.length - 4}` : ''}`,
    );
  console.log(`${findings.pictures} pictures in var/screens, ${findings.list.length} findings`);
  if (findings.list.length > 0 || findings.pictures === 0) process.exitCode = 1;
});
