import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** A rule that is broken on purpose: each text stands once in its file, and is replaced. */
interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly edits: readonly (readonly [from: string, to: string])[];
  /** Whether it is pushes that show it. */
  readonly isOfPushes?: true;
}

const mutants: readonly Mutant[] = [
  {
    name: 'settle without the state guard, of parts',
    file: 'shared/adapters/record-outcomes.ts',
    edits: [
      [
        `    AND (p.state = 'SENDING' AND p.attempt = i.attempt
      OR p.state IN ('SENDING', 'UNKNOWN', 'PENDING', 'RETRY') AND i.type = 'PartSubmitted'
      OR p.state = 'UNKNOWN' AND p.attempt = i.attempt AND i.type = 'PartRefused')`,
        '',
      ],
    ],
  },
  {
    name: 'settle without the state guard, of messages',
    file: 'shared/adapters/settle-messages.ts',
    edits: [
      [`  WHERE m.state NOT IN ('DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED')\n`, ''],
      [' AND (v.verdict <> m.state OR v.again)', ''],
    ],
  },
  {
    name: 'delete before the outcome',
    file: 'smpp-bridge/src/delivery/pipeline.ts',
    edits: [
      [
        '    const claim = await claims.add(delivery);\n',
        '    await removals.add(delivery);\n    const claim = await claims.add(delivery);\n',
      ],
    ],
  },
  {
    name: 'claim left out',
    file: 'shared/adapters/claim-deliveries.ts',
    edits: [
      [
        `(m.state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN') AND m.next_attempt_at IS NOT NULL
      AND m.expires_at > now()
    OR m.state = 'SENDING' AND m.claim_id = :claim_id::uuid)`,
        'm.expires_at > now()',
      ],
    ],
  },
  {
    name: 'accept in two statements',
    file: 'shared/adapters/accept-message.ts',
    edits: [
      [
        `    return { outcome: 'accepted', message: accepted };\n`,
        `    const { id, cost_cents: cents } = accepted;
    const take = (amount: number) =>
      sql('UPDATE clients SET credit_cents = credit_cents - :amount WHERE id = (SELECT client_id FROM messages WHERE id = :id::uuid)', { id, amount });
    await take(-cents);
    await take(cents);
    return { outcome: 'accepted', message: accepted };\n`,
      ],
    ],
  },
  {
    name: 'the counter of a call that failed is used again',
    file: 'lambdas/process-push/send-next-push.ts',
    edits: [['waits(error.mayHaveUsedCounter, ', 'waits(false, ']],
    isOfPushes: true,
  },
  {
    name: 'the counter that a dead process-push had in hand is used again',
    file: 'lambdas/dispatch-due/handler.ts',
    edits: [['isCounterUsed: true', 'isCounterUsed: false']],
    isOfPushes: true,
  },
];

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** What git knows or would take, and the installed packages by a link. */
const copyRepository = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'signalbox-mutant-'));
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: repository, encoding: 'utf8' });
  for (const file of listed.split('\n').filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(repository, file), join(copy, file));
  }
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};

/** @throws Error when a text does not stand there exactly once: the mutant would prove nothing. */
const mutate = (copy: string, { name, file, edits }: Mutant): void => {
  const path = join(copy, file);
  let source = readFileSync(path, 'utf8');
  for (const [from, to] of edits) {
    if (source.split(from).length !== 2) throw new Error(`${name}: what it replaces is not in ${file} exactly once.`);
    source = source.replace(from, () => to);
  }
  writeFileSync(path, source);
};

/** Runs seeds until one fails; gives what was said, or undefined when all passed. */
const findOut = (copy: string, { isOfPushes }: Mutant, seed: string, seeds: string): string | undefined => {
  const kind = isOfPushes ? ['--pushes'] : [];
  const run = ['test/faults/run-faults.ts', '--bail', '--seeds', seeds, '--seed', seed, ...kind];
  const { status, stdout, stderr } = spawnSync(process.execPath, run, { cwd: copy, encoding: 'utf8' });
  return status === 0 ? undefined : `${stdout}${stderr}`;
};

/** The lines that say what broke. */
const reasonsIn = (output: string): string =>
  output
    .split('\n')
    .filter((line) => /: FAILED;|BROKEN|^message|^push|: counter|has no end|was planned/.test(line))
    .slice(0, 6)
    .join('\n  ');

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

let survivors = 0;
for (const mutant of mutants.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
  const copy = copyRepository();
  try {
    mutate(copy, mutant);
    const found = findOut(copy, mutant, values.seed, values.seeds);
    if (found === undefined) survivors += 1;
    console.log(`${mutant.name}: ${found === undefined ? 'NOT FOUND' : `found\n  ${reasonsIn(found)}`}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
process.exitCode = survivors === 0 ? 0 : 1;
