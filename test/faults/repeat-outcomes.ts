import { OutcomesReported } from '#shared/contracts/queue-messages.ts';
import type { AwsCall } from '../../local/faults/faults.ts';
import { until } from '../support/until.ts';
import type { FaultWorld } from './fault-world.ts';

/** As SendMessageBatch has it (Amazon SQS API reference). */
interface Sent {
  readonly QueueUrl: string;
  readonly Entries: readonly { readonly MessageBody: string }[];
}

const bodiesOf = ({ body }: AwsCall): string[] => {
  const { QueueUrl, Entries } = JSON.parse(body) as Sent;
  return QueueUrl.endsWith('-outcomes') ? Entries.map(({ MessageBody }) => MessageBody) : [];
};

/** Receipts name no message and no attempt: a report of nothing else is never outdated. */
const attemptsIn = (body: string, report: number): object[] =>
  OutcomesReported.parse(JSON.parse(body)).outcomes.flatMap((each) =>
    'attempt' in each ? [{ report, message_id: each.message_id, attempt: each.attempt }] : [],
  );

/** Of each report whether a message has gone on to a later attempt than it speaks of, and whether one is final. */
const outdated = `
SELECT s.report, bool_or(m.final_at IS NULL AND m.attempt > s.attempt) AS is_overtaken,
  bool_or(m.final_at IS NOT NULL) AS is_over
FROM jsonb_to_recordset($1::jsonb) AS s(report integer, message_id uuid, attempt integer)
JOIN messages m ON m.id = s.message_id
GROUP BY s.report`;

interface Outdated {
  readonly report: number;
  readonly is_overtaken: boolean;
  readonly is_over: boolean;
}

/** The database may be away just now. */
const findOutdated = ({ box }: FaultWorld, bodies: readonly string[]): Promise<Outdated[]> =>
  box.query(outdated, [JSON.stringify(bodies.flatMap(attemptsIn))]).then(
    (rows) => rows as Outdated[],
    () => [],
  );

/**
 * Keeps what the bridge reports, and puts a report on its queue once more when a message of which it speaks has gone on to
 * another attempt, and once more when one is final: as SQS does when it gives a message again late, without the wait for
 * chance.
 *
 * @param wanted how many reports are to be met by a message that is final.
 * @returns how many were.
 */
export const repeatOutcomes = async (
  world: FaultWorld,
  name: string,
  wanted: number,
  withinMs: number,
): Promise<number> => {
  const { rules, queues } = world;
  const rule = { service: 'sqs', operation: /SendMessageBatch/, caller: 'smpp-bridge', skip: 0, times: Infinity };
  rules.arm([{ name, ...rule, action: { kind: 'copy' } }]);
  const overtaken = new Set<string>();
  const over = new Set<string>();
  const putOnce = async (body: string, done: Set<string>): Promise<void> => {
    if (done.has(body)) return;
    await queues.put('outcomes', [body]);
    done.add(body);
  };
  const repeat = async (): Promise<boolean> => {
    const bodies = rules.copies(name).flatMap(bodiesOf);
    for (const { report, is_overtaken, is_over } of await findOutdated(world, bodies)) {
      const body = bodies[report];
      if (body === undefined || over.size >= wanted) continue;
      if (is_overtaken) await putOnce(body, overtaken);
      if (is_over) await putOnce(body, over);
    }
    return over.size >= wanted;
  };
  await until(name, repeat, { withinMs, everyMs: 200 }).catch(() => undefined);
  return over.size;
};
