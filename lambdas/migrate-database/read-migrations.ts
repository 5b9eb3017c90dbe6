import { readdirSync, readFileSync } from 'node:fs';
import type { Migration } from '#shared/adapters/apply-migrations.ts';

/** The migrations that were deployed beside this program. */
export const readMigrations = (directory: URL): Migration[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, script: readFileSync(new URL(name, directory), 'utf8') }));
