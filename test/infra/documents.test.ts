import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { deployedStages, type Stage } from '../../infra/config.ts';
import { readMeasurement } from '../../infra/cost/measurement.ts';
import { renderCost } from '../../infra/cost/render-cost.ts';
import { renderPermissions } from '../../infra/permissions.ts';
import { allOf, templatesFor } from './synthesized.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const alarmsOf = (stage: Stage) =>
  [...allOf(stage, 'AWS::CloudWatch::Alarm'), ...allOf(stage, 'AWS::CloudWatch::CompositeAlarm')].map(
    ({ Properties }) => ({
      heading: String(Properties.AlarmName).replace(`signalbox-${stage}/`, ''),
      description: String(Properties.AlarmDescription),
      actions: Properties.AlarmActions as readonly unknown[] | undefined,
    }),
  );

const pages = () => read('docs/runbook.md').split(/^## /m).slice(1);
const headings = () => pages().map((page) => page.slice(0, page.indexOf('\n')));

const headingsOf = (stage: Stage) => alarmsOf(stage).map(({ heading }) => heading);

test('the runbook’s headings are the alarms that a stage may have, no more and no fewer', () => {
  // The dev cloud's stage has a multiplexer, and staging the simulator in place of a carrier: between them, every alarm there is.
  const every = new Set([...headingsOf('local'), ...headingsOf('staging')]);
  expect(headings().sort()).toEqual([...every].sort());
});

test.each(deployedStages)('every alarm of %s has its page', (stage) => {
  expect(headingsOf(stage).filter((heading) => !headings().includes(heading))).toEqual([]);
});

test.each(deployedStages)(
  '%s has every alarm but those of a multiplexer or a simulator that it does not have',
  (stage) => {
    const others = headings().filter((heading) => !headingsOf(stage).includes(heading));
    expect(others.filter((heading) => !/^(mux-bridge|smsc-simulator)\//.test(heading))).toEqual([]);
  },
);

test('every page of the runbook describes, investigates and resolves', () => {
  for (const page of pages())
    for (const part of ['**Description.**', '**Investigation.**', '**Resolution.**']) expect(page).toContain(part);
});

test('every alarm says one sentence, links its page, and is sent somewhere', () => {
  for (const { heading, description, actions } of alarmsOf('prod')) {
    const fragment = heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '');
    expect(description).toMatch(new RegExp(`^[A-Za-z].*\\. https://\\S+#${fragment}$`));
    expect(actions).toHaveLength(1);
  }
});

test('docs/permissions.md is what `npx node infra/permissions.ts` writes', () => {
  expect(read('docs/permissions.md')).toBe(renderPermissions(templatesFor('prod'), 'prod'));
});

test('docs/cost.md is what `npm run -s cost` writes', () => {
  expect(read('docs/cost.md')).toBe(renderCost(templatesFor, readMeasurement()));
});

const documents = globSync(['*.md', 'docs/**/*.md', 'bench/*.md'], { cwd: new URL('../..', import.meta.url) });

test('every npm script that a document names is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = documents.flatMap((document) =>
    [...read(document).matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name),
  );
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});

test('every link of a document leads to a file, and every heading that it names is there', () => {
  const fragmentOf = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const headingsIn = (path: string) =>
    [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => fragmentOf(heading));
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
      .map(([, path = '', fragment]) => ({ path: path ? join(dirname(document), path) : document, fragment }))
      .filter(
        ({ path, fragment }) =>
          !existsSync(new URL(`../../${path}`, import.meta.url)) ||
          (fragment !== undefined && !headingsIn(path).includes(fragment)),
      )
      .map(({ path, fragment }) => `${document}: ${path}#${fragment}`),
  );
  expect(broken).toEqual([]);
});

test('every file of ours that operations and security name is there', () => {
  const named = ['docs/operations.md', 'docs/security.md'].flatMap((document) =>
    [
      ...read(document).matchAll(
        /`((?:infra|lambdas|smpp-bridge\/src|shared|local|test|docs|database\/migrations)\/[^`*\s]*)`/g,
      ),
    ].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});
