/** One page of the fixtures: shows screens, takes their pictures, and asks the rules about them. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { aloud, unseenFocus } from './focus.ts';
import type { Rules } from './limits.ts';
import { faults } from './rules.ts';
import { places } from './steady.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Put into each page once; sent anew for every screen, they would be compiled anew. */
const TOOLS = `window.tools = { faults: ${faults}, places: ${places}, unseenFocus: ${unseenFocus}, aloud: ${aloud} }`;

interface Tools {
  show: (app: string, name: string, lang: string, theme: string) => Promise<void>;
  bright: (theme: string) => Promise<void>;
  later: (ms: number) => Promise<void>;
  tools: {
    faults: typeof faults;
    places: typeof places;
    unseenFocus: typeof unseenFocus;
    aloud: typeof aloud;
  };
  axe: {
    run: (...what: unknown[]) => Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }>;
  };
}

export interface Shown {
  app: string;
  name: string;
  lang: string;
  theme: string;
}

export class Screen {
  readonly page: Page;
  readonly #cdp: CDPSession;

  private constructor(page: Page, cdp: CDPSession) {
    this.page = page;
    this.#cdp = cdp;
  }

  static async open(
    browser: Browser,
    base: string,
    context: BrowserContextOptions,
    onError: (message: string) => void,
  ): Promise<Screen> {
    const made = await browser.newContext({
      ...context,
      locale: 'ja-JP',
      timezoneId: 'Asia/Tokyo',
      reducedMotion: 'reduce',
    });
    const page = await made.newPage();
    // Not a measure of speed: on a busy machine the modules of a first page take their time.
    page.setDefaultTimeout(180_000);
    page.on('pageerror', (error) => onError(error.message));
    await page.goto(`${base}/fixtures/index.html`);
    await page.waitForFunction('window.show !== undefined');
    await page.evaluate(AXE);
    await page.evaluate(TOOLS);
    return new Screen(page, await made.newCDPSession(page));
  }

  /** Every screen there is, by app. */
  names(): Promise<Record<string, string[]>> {
    return this.page.evaluate('window.screens');
  }

  async show({ app, name, lang, theme }: Shown): Promise<void> {
    await this.page.evaluate(
      ([a, n, l, th]) =>
        (window as unknown as Tools).show(a as string, n as string, l as string, th as string),
      [app, name, lang, theme],
    );
  }

  /** The same screen by night or by day: colours alone change. */
  async bright(theme: string): Promise<void> {
    await this.page.evaluate((th) => (window as unknown as Tools).bright(th), theme);
  }

  /** As Playwright's own, but quickly packed: most of its time goes into making files small. */
  async picture(path: string): Promise<void> {
    const { data } = await this.#cdp.send('Page.captureScreenshot', {
      format: 'png',
      optimizeForSpeed: true,
    });
    await writeFile(path, Buffer.from(data, 'base64'));
  }

  faults(rules: Rules): Promise<string[]> {
    return this.page.evaluate((r) => (window as unknown as Tools).tools.faults(r), rules);
  }

  places(selectors: string[]): Promise<(string | null)[]> {
    return this.page.evaluate((s) => (window as unknown as Tools).tools.places(s), selectors);
  }

  /** What one reads on it, without readings. */
  text(): Promise<string> {
    return this.page.evaluate(() => {
      const copy = document.body.cloneNode(true) as HTMLElement;
      for (const hidden of copy.querySelectorAll('rt, .sr')) hidden.remove();
      return copy.textContent ?? '';
    });
  }

  async language(lang: string): Promise<string[]> {
    const said = await this.page.evaluate(() => document.documentElement.lang);
    return said === lang ? [] : [`lang is "${said}" on a screen in "${lang}"`];
  }

  /** A second passes: what is said aloud by itself must not count it. */
  counting(): Promise<string[]> {
    return this.page.evaluate(async () => {
      const { later, tools } = window as unknown as Tools;
      const before = tools.aloud();
      await later(1_000);
      const after = tools.aloud();
      await later(0);
      return after
        .filter((text, i) => before.length === after.length && text !== before[i])
        .map((text) => `counts aloud: ${text.slice(0, 60)}`);
    });
  }

  async focus(): Promise<string[]> {
    await this.page.keyboard.press('Tab');
    return this.page.evaluate(() => (window as unknown as Tools).tools.unseenFocus());
  }

  axe(): Promise<string[]> {
    return this.page.evaluate(async (tags) => {
      // Contrast is looked at by our own rule, which knows gradients and pictures, in every theme.
      const rules = { 'color-contrast': { enabled: false } };
      const { violations } = await (window as unknown as Tools).axe.run(document, {
        runOnly: { type: 'tag', values: tags },
        rules,
        resultTypes: ['violations'],
      });
      return violations.flatMap((v) => v.nodes.map((node) => `axe ${v.id}: ${node.target.join(' ')}`));
    }, AXE_TAGS);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
