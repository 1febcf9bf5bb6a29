/**
 * Every screen in both languages, by night and by day: pictures into var/screens, the rules of `rules.ts` and axe on
 * each, what must not move between states (`steady.ts`), and first the checks themselves, on screens with one fault
 * each. Fails on any finding.
 *
 *   npm run screens -w @yoban/apps [-- --app=tablet --only=idle,calling --lang=ja --theme=night --pictures]
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createServer } from 'vite';
import { FAULTS } from '../../fixtures/faults.tsx';
import { faults, places, RULES, type Rules, unseenFocus } from './rules.ts';
import { STEADY } from './steady.ts';

const option = (name: string): string | undefined =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const flag = (name: string): boolean => process.argv.includes(`--${name}`);

const OUT = fileURLToPath(new URL('../../../../var/screens/', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Size {
  app: string;
  /** Added to the picture's name; none for the usual size. */
  suffix: string;
  context: BrowserContextOptions;
}
const phone = { isMobile: true, hasTouch: true };
const SIZES: Size[] = [
  { app: 'desk', suffix: '', context: { viewport: { width: 1440, height: 900 } } },
  { app: 'tablet', suffix: '', context: { viewport: { width: 1280, height: 800 }, hasTouch: true } },
  {
    app: 'phone',
    suffix: '',
    context: { ...phone, viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  },
  { app: 'start', suffix: '', context: { viewport: { width: 1280, height: 800 } } },
  // A laptop, a small phone, and the door on a phone.
  { app: 'desk', suffix: '@1280', context: { viewport: { width: 1280, height: 800 } } },
  { app: 'phone', suffix: '@360', context: { ...phone, viewport: { width: 360, height: 740 } } },
  { app: 'start', suffix: '@390', context: { ...phone, viewport: { width: 390, height: 844 } } },
];

interface Findings {
  pictures: number;
  list: { screen: string; what: string }[];
}

async function show(page: Page, app: string, name: string, lang: string, theme: string): Promise<void> {
  await page.evaluate(
    async ([a, n, l, th]) => {
      (window as unknown as { show: (...what: unknown[]) => void }).show(a, n, l, th);
      await document.fonts.ready;
      // A font that has just come is drawn with the next frame.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      await document.fonts.ready;
    },
    [app, name, lang, theme],
  );
}

async function axe(page: Page): Promise<string[]> {
  return page.evaluate(async (tags) => {
    const run = (window as unknown as { axe: { run: (...what: unknown[]) => Promise<AxeResult> } }).axe.run;
    interface AxeResult {
      violations: { id: string; nodes: { target: unknown[] }[] }[];
    }
    // Contrast is looked at by our own rule, which knows gradients and pictures, in every theme.
    const rules = { 'color-contrast': { enabled: false } };
    const { violations } = await run(document, {
      runOnly: { type: 'tag', values: tags },
      rules,
      resultTypes: ['violations'],
    });
    return violations.flatMap((v) => v.nodes.map((node) => `axe ${v.id}: ${node.target.join(' ')}`));
  }, AXE_TAGS);
}

async function wrongLanguage(page: Page, lang: string): Promise<string[]> {
  const said = await page.evaluate(() => document.documentElement.lang);
  return said === lang ? [] : [`lang is "${said}" on a screen in "${lang}"`];
}

async function focus(page: Page): Promise<string[]> {
  await page.keyboard.press('Tab');
  return page.evaluate(unseenFocus);
}

async function moved(
  page: Page,
  app: string,
  lang: string,
  group: (typeof STEADY)[number],
): Promise<string[]> {
  const [first, ...others] = group.screens;
  await show(page, app, first, lang, 'night');
  const before = await page.evaluate(places, group.keep);
  const found: string[] = [];
  for (const other of others) {
    await show(page, app, other, lang, 'night');
    const after = await page.evaluate(places, group.keep);
    group.keep.forEach((selector, i) => {
      // What one of the two screens does not have cannot have moved; but one of them must have it.
      if (before[i] && after[i] && before[i] !== after[i])
        found.push(`${selector} moved between ${first} and ${other}: ${before[i]}, then ${after[i]}`);
    });
  }
  group.keep.forEach((selector, i) => {
    if (!before[i] && group.screens.length === 2) found.push(`${first} has no ${selector}`);
  });
  return found;
}

async function open(browser: Browser, base: string, size: Size, errors: Findings): Promise<Page> {
  const context = await browser.newContext({
    ...size.context,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.list.push({ screen: size.app, what: `error: ${error.message}` }));
  await page.goto(`${base}/fixtures/index.html`);
  await page.waitForFunction('window.show !== undefined');
  await page.evaluate(AXE);
  return page;
}

/** Each check finds its own fault, and nothing where there is none. */
async function checkTheChecks(browser: Browser, base: string, findings: Findings): Promise<void> {
  const page = await open(browser, base, SIZES[1] as Size, findings);
  for (const [name, expected] of Object.entries(FAULTS)) {
    await show(page, 'faults', name, 'ja', 'night');
    const said = [
      ...(await wrongLanguage(page, 'ja')),
      ...(await page.evaluate(faults, RULES.tablet as Rules)),
      ...(await axe(page)),
      ...(await focus(page)),
      ...(name === 'moved'
        ? await moved(page, 'faults', 'ja', { app: 'faults', screens: ['none', 'moved'], keep: ['.btn'] })
        : []),
    ];
    const ok = name === 'none' ? said.length === 0 : said.some((line) => expected.test(line));
    if (!ok)
      findings.list.push({
        screen: `faults-${name}`,
        what: `not found: ${expected}; said: ${said.join(' | ')}`,
      });
  }
  await page.context().close();
}

async function look(browser: Browser, base: string, size: Size, findings: Findings): Promise<void> {
  const { app } = size;
  const page = await open(browser, base, size, findings);
  const names = ((await page.evaluate('window.screens')) as Record<string, string[]>)[app] ?? [];
  const only = option('only')?.split(',');
  const langs = ['ja', 'en'].filter((l) => !option('lang') || option('lang') === l);
  // At the other sizes the form alone is of interest: one theme will do.
  const themes = (size.suffix ? ['night'] : ['night', 'day']).filter(
    (name) => !option('theme') || option('theme') === name,
  );
  for (const lang of langs) {
    for (const name of names.filter((n) => !only || only.includes(n))) {
      for (const theme of themes) {
        const screen = `${app}${size.suffix}-${name}-${lang}-${theme}`;
        await show(page, app, name, lang, theme);
        await page.screenshot({ path: `${OUT}${screen}.png` });
        findings.pictures += 1;
        if (flag('pictures')) continue;
        const said = [
          ...(await wrongLanguage(page, lang)),
          ...(await page.evaluate(faults, RULES[app] as Rules)),
          // Neither knows about colours: once in each language.
          ...(theme === themes[0] && !size.suffix ? [...(await axe(page)), ...(await focus(page))] : []),
        ];
        findings.list.push(...said.map((what) => ({ screen, what })));
      }
    }
    if (only || flag('pictures')) continue;
    for (const group of STEADY.filter((g) => g.app === app)) {
      const said = await moved(page, app, lang, group);
      findings.list.push(...said.map((what) => ({ screen: `${app}${size.suffix}-${lang}`, what })));
    }
  }
  await page.context().close();
}

mkdirSync(OUT, { recursive: true });
const server = await createServer({
  configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
  server: { port: 0, host: '127.0.0.1', hmr: false, proxy: {} },
  logLevel: 'error',
});
await server.listen();
const address = server.httpServer?.address();
const port = typeof address === 'object' && address ? address.port : 0;
const browser = await chromium.launch({
  executablePath: process.env.YOBAN_CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const base = `http://127.0.0.1:${port}`;
  const findings: Findings = { pictures: 0, list: [] };
  const work = SIZES.filter((s) => !option('app') || option('app') === s.app).map(
    (size) => () => look(browser, base, size, findings),
  );
  if (!flag('pictures') && !option('only')) work.unshift(() => checkTheChecks(browser, base, findings));
  // Two at a time: as many as the smallest machine has cores.
  const worker = async () => {
    for (let next = work.shift(); next; next = work.shift()) await next();
  };
  await Promise.all([worker(), worker()]);
  const seen = new Map<string, string[]>();
  for (const { screen, what } of findings.list) seen.set(what, [...(seen.get(what) ?? []), screen]);
  for (const [what, screens] of seen)
    console.log(
      `${what}\n    ${screens.slice(0, 4).join(' ')}${screens.length > 4 ? ` +${screens.length - 4}` : ''}`,
    );
  console.log(`${findings.pictures} pictures in var/screens, ${findings.list.length} findings`);
  if (findings.list.length > 0 || findings.pictures === 0) process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}
