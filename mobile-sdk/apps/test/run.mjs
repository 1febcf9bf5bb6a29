// Runs a TypeScript script with Vite's own loader: Node 20 reads no types.
import { runnerImport } from 'vite';

const [file] = process.argv.slice(2);
await runnerImport(new URL(file, `file://${process.cwd()}/`).pathname, {
  configFile: false,
  logLevel: 'error',
});
