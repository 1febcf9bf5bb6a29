/** The people of the night, each with an own browser: what they see and what they press. */
import { chromium } from 'playwright-core';
import { watch } from './watch.mjs';

const SIZES = {
  tablet: { viewport: { width: 1280, height: 800 }, hasTouch: true },
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const QUIET = [
  '--allow-loopback-in-peer-connection',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** How long something may take on a busy machine before it counts as not happening. */
export const PATIENCE = 60_000;

/**
 * A browser with one person's camera and microphone.
 * `devices`: `all`, `asking` (there, but permission is the context's), `two` (two cameras with Chromium's own test
 * picture, which is nobody's), or `none`. `program`: what starts the browser instead of the browser itself.
 */
export async function browserOf(clip, devices = 'all', program = process.env.YOBAN_CHROMIUM) {
  const fake =
    devices === 'none'
      ? []
      : devices === 'two'
        ? ['--use-fake-device-for-media-stream=device-count=2', `--use-file-for-fake-audio-capture=${clip.audio}`]
        : [
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${clip.video}`,
            `--use-file-for-fake-audio-capture=${clip.audio}`,
          ];
  if (devices === 'all' || devices === 'two') fake.push('--use-fake-ui-for-media-stream');
  return chromium.launch({
    executablePath: program,
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...QUIET, ...fake],
  });
}

export class Window {
  /**
   * Opens an app's window. `permissions`: what the person allowed. `init`: what is outside the page and played: a
   * function, alone or with its argument.
   */
  static async open(browser, app, link, { permissions = ['camera', 'microphone', 'screen-wake-lock'], state, init } = {}) {
    // By its address the server is reached with the certificate of its own authority, as on a tablet that trusts it.
    const ignoreHTTPSErrors = link.startsWith('https:');
    const context = await browser.newContext({
      ...SIZES[app],
      locale: 'ja-JP',
      timezoneId: 'Asia/Tokyo',
      permissions,
      ignoreHTTPSErrors,
      ...(state ? { storageState: state } : {}),
    });
    await context.addInitScript(watch);
    if (init) await context.addInitScript(...[init].flat());
    const page = await context.newPage();
    const window = new Window();
    Object.assign(window, { app, browser, context, page, problems: [] });
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => window.problems.push(error.message));
    await page.goto(link);
    return window;
  }

  by(id) {
    return this.page.getByTestId(id);
  }

  /** Waits until it is seen. */
  async sees(id, options = {}) {
    const found = this.by(id).first();
    try {
      await found.waitFor({ state: 'visible', ...options });
    } catch (error) {
      const now = await this.page.locator('[data-testid]').evaluateAll((all) => all.map((e) => e.dataset.testid));
      const said = await this.page.locator('[data-testid=problem], [role=alert]').allTextContents();
      throw new Error(`${this.app}: no “${id}”; there is ${[...new Set(now)].join(' ')} ${said.join(' ')}`, { cause: error });
    }
    return found;
  }

  async seesNot(id) {
    await this.by(id).first().waitFor({ state: 'hidden' });
  }

  async taps(id) {
    const target = await this.sees(id);
    await target.click();
  }

  /** Presses a choice where people press it, on its label. Some are marked only once the server has stored them. */
  async chooses(id) {
    const label = this.page.locator('label', { has: this.by(id) }).first();
    await label.click();
    await this.page.waitForFunction((name) => document.querySelector(`[data-testid="${name}"]`)?.checked, id);
  }

  async writes(id, text) {
    await (await this.sees(id)).fill(text);
  }

  /** As a person reads it: blanks are one, and the joiners that keep a telephone number on one line are nothing. */
  async text(id) {
    return (await (await this.sees(id)).innerText()).replaceAll('\u2060', '').replace(/\s+/g, ' ');
  }

  /** The text without its furigana. */
  async plain(id) {
    return (await this.sees(id)).evaluate((element) => {
      const copy = element.cloneNode(true);
      for (const small of copy.querySelectorAll('rt, rp')) small.remove();
      return copy.textContent.replaceAll('\u2060', '');
    });
  }

  /** The lines of each element of that name, without their furigana. */
  lines(id) {
    return this.by(id).evaluateAll((found) =>
      found.map((element) => {
        const copy = element.cloneNode(true);
        for (const small of copy.querySelectorAll('rt, rp')) small.remove();
        return [...copy.children].map((line) => line.textContent.trim());
      }),
    );
  }

  /** Says something over the page's own socket that its buttons do not offer; gives the code of the refusal. */
  async refused(message) {
    return this.page.evaluate(async (said) => {
      const socket = window.yobanWatch.sockets.findLast((s) => s.readyState === WebSocket.OPEN);
      const id = 2 ** 31 - 1 - Math.floor(performance.now());
      const answer = new Promise((done) => {
        socket.addEventListener('message', ({ data }) => {
          const { message: heard } = JSON.parse(data);
          if ((heard.type === 'problem' || heard.type === 'ack') && heard.id === id) done(heard);
        });
      });
      socket.send(JSON.stringify({ id, message: said }));
      const heard = await answer;
      return heard.type === 'ack' ? 'ack' : (heard.problem?.code ?? heard.code);
    }, message);
  }

  /** The newest call of the night, as this window's own sign-in reads the list. */
  async session() {
    return this.page.evaluate(async () => {
      const [, kept] = Object.entries(localStorage).find(([key]) => key.endsWith('.signed-in'));
      const headers = { authorization: `Bearer ${JSON.parse(kept).accessToken}` };
      const [newest] = await (await fetch('/api/v1/cases', { headers })).json();
      return newest.session;
    });
  }

  /** What the page noted: times of first sight, clicks, frames. */
  async noted() {
    return this.page.evaluate(() => {
      const { seen, clicks, frames, sent, tones } = window.yobanWatch;
      return { seen, clicks, frames, sent, tones };
    });
  }

  async picture(name) {
    await this.page.screenshot({ path: new URL(`../../../var/screens/live/${name}.png`, import.meta.url).pathname });
  }

  async close() {
    await this.context.close().catch(() => undefined);
  }
}

/** On duty: one tap that unlocks sound. */
export async function onDuty(window) {
  await window.taps('go-on-duty');
  await window.sees(window.app === 'desk' ? 'screen-desk' : 'screen-home');
}
