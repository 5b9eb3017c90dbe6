import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deployedStages, type Stage } from '../../infra/config.ts';
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
  // The dev cloud's stage has a multiplexer, and with it every alarm there is.
  expect(headings().sort()).toEqual([...headingsOf('local')].sort());
});

test.each(deployedStages)('every alarm of %s has its page', (stage) => {
  expect(headingsOf(stage).filter((heading) => !headings().includes(heading))).toEqual([]);
});

test.each(deployedStages)('%s has every alarm but those of a multiplexer that it does not have', (stage) => {
  const others = headings().filter((heading) => !headingsOf(stage).includes(heading));
  expect(others.filter((heading) => !heading.startsWith('mux-bridge/'))).toEqual([]);
});

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
