import { writeFileSync } from 'node:fs';
import { openApiDocument } from './document.ts';

/** `npm run openapi`: writes the generated contract where people and tools look for it. */
writeFileSync(
  new URL('../../../docs/openapi.json', import.meta.url),
  `${JSON.stringify(openApiDocument(), null, 2)}\n`,
);
