/** The committed types are what the committed OpenAPI document says. */
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, test } from 'vitest';
import committed from '../src/schema.ts?raw';

const documents = import.meta.glob<string>('../../../api/openapi.json', { query: '?raw', import: 'default' });

test('schema.ts is a fresh generation from api/openapi.json (run `npm run schema`)', async () => {
  const [load] = Object.values(documents);
  expect(load, 'api/openapi.json is missing: run `make schema`').toBeDefined();
  if (load === undefined) return;
  const document = JSON.parse(await load());
  expect(`${COMMENT_HEADER}${astToString(await openapiTS(document))}`).toBe(committed);
});
