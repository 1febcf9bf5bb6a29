/**
 * Pictures of every main screen, in both languages, by night and by day, into var/screens; with axe on every one
 * and the elderly-safe rules on the tablet. Fails on any finding.
 *
 *   npm run screens -w @yoban/apps [-- --app=tablet --only=idle,calling --lang=ja --theme=night --pictures]
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createServer } from 'vite';
import { elderlySafe } from './elderly.ts';

const option = (name: string): string | undefined =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const flag = (name: string): boolean => process.argv.includes(`--${name}`);

const OUT = fileURLToPath(new URL('../../../var/screens/', import.meta.url));
const SIZES: Record<string, BrowserContextOptions> = {
  tablet: { viewport: { width: 1280, height: 800 }, hasTouch: true },
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  start: { viewport: { width: 1280, height: 800 } },
};
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Finding {
  screen: string;
  what: string;
}

async function look(page: Page, app: string, screen: string, findings: Finding[]): Promise<void> {
  const violations = (await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze()).violations;
  for (const v of violations) {
    for (const node of v.nodes) findings.push({ screen, what: `axe ${v.id}: ${node.target.join(' ')}` });
  }
  if (app === 'tablet') {
    for (const what of await page.evaluate(elderlySafe)) findings.push({ screen, what });
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) findings.push({ screen, what: `${wide} px wider than the screen` });
}

async function run(browser: Browser, base: string): Promise<{ pictures: number; findings: Finding[] }> {
  const findings: Finding[] = [];
  let pictures = 0;
  for (const [app, size] of Object.entries(SIZES)) {
    if (option('app') && option('app') !== app) continue;
    const context = await browser.newContext({
      ...size,
      locale: 'ja-JP',
      timezoneId: 'Asia/Tokyo',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => findings.push({ screen: app, what: `error: ${error.message}` }));
    await page.goto(`${base}/fixtures/index.html?app=${app}`);
    await page.waitForFunction('window.screens !== undefined');
    const names = ((await page.evaluate('window.screens')) as Record<string, string[]>)[app] ?? [];
    const only = option('only')?.split(',');
    for (const name of names.filter((n) => !only || only.includes(n))) {
      for (const lang of ['ja', 'en']) {
        if (option('lang') && option('lang') !== lang) continue;
        for (const theme of ['night', 'day']) {
          if (option('theme') && option('theme') !== theme) continue;
          const screen = `${app}-${name}-${lang}-${theme}`;
          await page.goto(
            `${base}/fixtures/index.html?app=${app}&screen=${name}&lang=${lang}&theme=${theme}`,
          );
          await page.waitForSelector('#app > *');
          await page.evaluate(() => document.fonts.ready);
          // A font that has just come is drawn with the next frame.
          await page.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
          );
          await page.screenshot({ path: `${OUT}${screen}.png` });
          pictures += 1;
          if (!flag('pictures')) await look(page, app, screen, findings);
        }
      }
    }
    await context.close();
  }
  return { pictures, findings };
}

mkdirSync(OUT, { recursive: true });
const server = await createServer({
  configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
  server: { port: 0, host: '127.0.0.1', hmr: false },
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
  const { pictures, findings } = await run(browser, `http://127.0.0.1:${port}`);
  const seen = new Map<string, string[]>();
  for (const { screen, what } of findings) seen.set(what, [...(seen.get(what) ?? []), screen]);
  for (const [what, screens] of seen)
    console.log(
      `${what}\n    ${screens.slice(0, 4).join(' ')}${screens.length > 4 ? ` +${screens.length - 4}` : ''}`,
    );
  console.log(`${pictures} pictures in var/screens, ${findings.length} findings`);
  if (findings.length > 0 || pictures === 0) process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}
