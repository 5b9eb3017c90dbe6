import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { checkInvariants, isSound } from './check-invariants.ts';
import { connectPostgres } from './connect-postgres.ts';
import { renderReport } from './render-report.ts';

const usage = `npm run invariants                     checks the Signalbox that \`npm start\` runs
  -- --endpoints FILE                  another one's .local/endpoints.json
  -- --database-url URL                a database alone, without what its SMSC and its clients saw
  -- --grace-seconds N                 how long a step that is due may take (1800)
  -- --since TIME                      only messages accepted from then on (ISO 8601)
Exits 1 when a rule is broken, 2 when it could not be checked.
A deployed stage is checked every hour by reconcile-ledger; this command does not reach into AWS yet.
`;

const Endpoints = z.object({
  database_url: z.string(),
  smsc_control_url: z.string().nullable().default(null),
  callbacks_url: z.string().nullable().default(null),
  started_at: z.iso.datetime().default(new Date(0).toISOString()),
});
type Endpoints = z.infer<typeof Endpoints>;

const usualFile = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.local', 'endpoints.json');

const readEndpoints = (file: string): Endpoints => {
  if (!existsSync(file))
    throw new Error(`There is no ${file}: start Signalbox with \`npm start\`, or name --endpoints`);
  const parsed = Endpoints.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${file} is of another Signalbox. ${z.prettifyError(parsed.error)}`);
};

const readOptions = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      endpoints: { type: 'string', default: usualFile },
      'database-url': { type: 'string' },
      'grace-seconds': { type: 'string' },
      since: { type: 'string' },
      stage: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { since, 'grace-seconds': grace } = values;
  const graceSeconds = grace === undefined ? undefined : Number(grace);
  if (graceSeconds !== undefined && !(graceSeconds >= 0)) throw new Error(`--grace-seconds is no number: ${grace}`);
  if (since !== undefined && Number.isNaN(Date.parse(since))) throw new Error(`--since is no time: ${since}`);
  if (values.stage !== undefined) throw new Error('--stage is not there yet: this checks a local Signalbox only');
  const scope = {
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
    ...(since === undefined ? {} : { from: new Date(since) }),
  };
  return { ...values, scope };
};

const run = async (args: readonly string[]): Promise<number> => {
  const options = readOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const url = options['database-url'];
  const endpoints = url === undefined ? readEndpoints(options.endpoints) : Endpoints.parse({ database_url: url });
  const database = connectPostgres(endpoints.database_url);
  try {
    const report = await checkInvariants({
      sql: database.sql,
      smscControlUrl: endpoints.smsc_control_url,
      callbacksUrl: endpoints.callbacks_url,
      peersSince: new Date(endpoints.started_at),
      scope: options.scope,
    });
    console.log(renderReport(report));
    return isSound(report) ? 0 : 1;
  } finally {
    await database.end();
  }
};

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 2;
});
