import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Every browser that can do WebRTC reads woff2; the older copies would only make the binary larger. */
const woff2Only: Plugin = {
  name: 'woff2-only',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('@fontsource') || !id.split('?')[0]?.endsWith('.css')) return null;
    return { code: code.replace(/,\s*url\([^)]*\.woff\)\s*format\(['"]woff['"]\)/g, ''), map: null };
  },
};

export default defineConfig({
  root: at('.'),
  base: '/',
  plugins: [woff2Only],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    // The API of a running server, for work on the screens.
    proxy: {
      '/api': { target: process.env.YOBAN_API ?? 'http://127.0.0.1:8443', ws: true, changeOrigin: true },
    },
  },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // Fonts come as a hundred small files by range of characters; a browser fetches the few it needs.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // How long a plugin took is no news to whoever starts Yoban.
      checks: { pluginTimings: false },
      input: {
        index: at('index.html'),
        tablet: at('tablet/index.html'),
        desk: at('desk/index.html'),
        phone: at('phone/index.html'),
      },
    },
  },
  // Not a measure of speed: a busy machine takes its time.
  test: { include: ['test/**/*.test.{ts,tsx}'], environment: 'node', testTimeout: 60_000 },
});
