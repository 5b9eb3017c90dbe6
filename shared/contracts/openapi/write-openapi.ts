import { writeFileSync } from 'node:fs';
import { pushXsd } from '../push-xsd.ts';
import { openApiDocument } from './document.ts';

const write = (page: string, text: string): void =>
  writeFileSync(new URL(`../../../docs/${page}`, import.meta.url), text);

/** `npm run openapi`: writes the generated contract where people and tools look for it. */
write('openapi.json', `${JSON.stringify(openApiDocument(), null, 2)}\n`);
write('push.xsd', pushXsd());
