/** The screens in a browser: Vite's server, and Chromium looking at it. */
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { createServer } from 'vite';

/** `look` gets a browser and where the screens are, once for each of `count`; all are gone when they have looked. */
export async function withBrowsers(
  count: number,
  args: readonly string[],
  look: (browser: Browser, base: string) => Promise<void>,
): Promise<void> {
  const server = await createServer({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    server: { port: 0, host: '127.0.0.1', hmr: false, proxy: {} },
    logLevel: 'error',
  });
  try {
    await server.listen();
    const address = server.httpServer?.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const one = async () => {
      const browser = await launch(args);
      try {
        await look(browser, `http://127.0.0.1:${port}`);
      } finally {
        await browser.close();
      }
    };
    await Promise.all(Array.from({ length: count }, one));
  } finally {
    await server.close();
  }
}

const launch = (args: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.YOBAN_CHROMIUM ?? '/usr/bin/chromium',
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
