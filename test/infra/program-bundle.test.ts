import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { inspectImage } from '../../infra/check-images.ts';
import { taskPrograms } from '../../infra/constructs/task-image.ts';
import { bundleProgram, filesUnder } from '../../infra/program-bundle.ts';

const scope = () => new Stack(new App(), 'stack');
const migrate = {
  entry: 'lambdas/migrate-database/handler.ts',
  outfile: 'index.mjs',
  beside: filesUnder('migrations', ['database/migrations/0001_clients.sql']),
};

test('a bundle is one module with its files beside it, and the same program is stored once', () => {
  const directory = bundleProgram(scope(), 'test-bundle', migrate);
  expect(readFileSync(join(directory, 'index.mjs'), 'utf8')).toMatch(/export \{\s+handler\s+\};/);
  expect(existsSync(join(directory, 'migrations/0001_clients.sql'))).toBe(true);
  expect(bundleProgram(scope(), 'test-bundle', migrate)).toBe(directory);
});

test('a bundle that holds CommonJS can require Node’s modules; one that does not, carries nothing for it', () => {
  const first = (entry: string, outfile: string) =>
    readFileSync(join(bundleProgram(scope(), 'test-bundle', { entry, outfile }), outfile), 'utf8').split('\n')[0];
  expect(first('smpp-bridge/src/main.ts', 'main.mjs')).toContain('createRequire');
  expect(first(migrate.entry, 'index.mjs')).not.toContain('createRequire');
});

test.each(taskPrograms)('the image of %s holds its bundle alone, which asks for nothing but Node', (program) => {
  const { files, faults } = inspectImage(program);
  expect([files.map(({ path }) => path), faults]).toEqual([['main.mjs'], []]);
});

test('a program that is not there fails the synthesis', () => {
  const missing = { entry: 'lambdas/not-there/handler.ts', outfile: 'index.mjs' };
  expect(() => bundleProgram(scope(), 'test-bundle', missing)).toThrow('lambdas/not-there/handler.ts');
});
