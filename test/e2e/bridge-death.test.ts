import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageView } from '#shared/contracts/messages.ts';
import { atMost } from '../support/at-most.ts';
import { unbalancedClients } from '../support/clients.ts';
import { inspectQueues } from '../support/queue-inspector.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 180_000 };
const count = 200;

let box: RunningSignalbox;
beforeAll(async () => {
  box = await startRunningSignalbox();
  // What a dead task had received comes back by its visibility timeout, which is five minutes otherwise.
  await inspectQueues(box).setVisibilityTimeout('deliveries-normal', 10);
});
afterAll(() => box?.stop());

/** So slow that, with a window of ten, two hundred messages take a few seconds. */
const responseDelayMs = 150;

/** Recipients of one test, each with one message of two parts in four. */
const recipientsOf = (prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `49170${prefix}${`${i}`.padStart(4, '0')}9`);

interface Sent {
  readonly id: string;
  readonly to: string;
}

/** Two hundred at once would wait for a function until the gateway gives them up, where other programs run beside this. */
const connections = 20;

const sendAll = (key: string, recipients: readonly string[]): Promise<readonly Sent[]> =>
  atMost(connections, recipients, async (to, i) => {
    const { id } = await box.send({ to, text: i % 4 === 0 ? `${i} `.padEnd(200, 'x') : `message ${i}` }, { key });
    return { id, to };
  });

const submittedTo = (recipients: readonly string[]) => {
  const wanted = new Set(recipients);
  return box.smsc
    .received()
    .filter(({ destination, command_status }) => wanted.has(destination) && command_status === 0);
};

const theTask = () =>
  until('one task of the bridge runs', () => {
    const service = box.cloud.services['signalbox-local-smpp-bridge'];
    const [task, ...others] = service?.tasks() ?? [];
    return others.length === 0 && task;
  });

/** Waits until some are answered, some under way and some still to come; then does it to the task, whose lease it gives. */
const interrupt = async (recipients: readonly string[], signal: NodeJS.Signals): Promise<readonly string[]> => {
  const { pid } = await theTask();
  await until('sixty parts have come', () => submittedTo(recipients).length >= 60, { everyMs: 5 });
  const leases = await box.query<{ owner: string }>('SELECT owner FROM bridge_leases');
  process.kill(pid, signal);
  await until('another task runs', async () => (await theTask()).pid !== pid);
  return leases.map(({ owner }) => owner);
};

const finalStates = ['DELIVERED', 'FAILED_PERM', 'EXPIRED'];

const waitForAll = (sent: readonly Sent[], nudge: () => Promise<unknown>): Promise<unknown> => {
  const ids = sent.map(({ id }) => id);
  const open = 'SELECT count(*)::int AS n FROM messages WHERE id = ANY ($1) AND NOT state = ANY ($2)';
  return until(
    'all are final',
    async () => {
      await nudge();
      const [left] = await box.query<{ n: number }>(open, [ids, finalStates]);
      return left?.n === 0;
    },
    { everyMs: 500, withinMs: 120_000 },
  );
};

const viewsOf = (sent: readonly Sent[], key: string): Promise<readonly MessageView[]> =>
  Promise.all(sent.map(({ id }) => box.message(id, key)));

/** Parts that the simulator took more than once, by their recipient. */
const twice = (recipients: readonly string[]) => {
  const wanted = new Set(recipients);
  return box.smsc.duplicates().filter(({ destination }) => wanted.has(destination));
};

const expectDeliveredAndPaid = async (sent: readonly Sent[], views: readonly MessageView[], key: string) => {
  expect(Map.groupBy(views, ({ status }) => status).get('DELIVERED')).toHaveLength(count);
  const parts = views.reduce((sum, view) => sum + view.parts.length, 0);
  const arrived = new Set(
    submittedTo(sent.map(({ to }) => to)).map(({ destination, part }) => `${destination} ${part?.number ?? 1}`),
  );
  expect(arrived.size).toBe(parts);
  const { held_cents, captured_cents, available_cents, granted_cents } = await box.account(key);
  expect([held_cents, captured_cents]).toEqual([0, 5 * parts]);
  expect(available_cents).toBe(granted_cents - captured_cents);
  expect(await unbalancedClients(box)).toEqual([]);
};

describe('two hundred messages under way', () => {
  test('outlive a bridge that is killed; only what it left unknown may have come twice', patience, async () => {
    box.smsc.behave({ responseDelayMs });
    const { apiKey } = await box.issueClient({ creditCents: 10_000 });
    const recipients = recipientsOf('61');
    const sending = sendAll(apiKey, recipients);
    const dead = await interrupt(recipients, 'SIGKILL');
    const sent = await sending;
    // Its lease and the margin behind it would be a minute: this says that they are over.
    await box.query(`UPDATE bridge_leases SET expires_at = now() - interval '5 minutes' WHERE owner = ANY ($1)`, [
      dead,
    ]);
    await waitForAll(sent, () => box.cloud.runSchedule('dispatch-due'));
    const views = await viewsOf(sent, apiKey);
    const flagged = new Set(views.filter((view) => view.possible_duplicate).map(({ to }) => to));
    const doubled = twice(recipients);
    console.info(
      `kill -9: the simulator saw ${doubled.length} parts twice; ${flagged.size} messages were unknown and are flagged`,
    );
    expect(dead).toHaveLength(1);
    expect(flagged.size).toBeGreaterThan(0);
    expect(doubled.filter(({ destination }) => !flagged.has(destination))).toEqual([]);
    expect(doubled.filter(({ times }) => times > 2)).toEqual([]);
    await expectDeliveredAndPaid(sent, views, apiKey);
  });

  test('are neither doubled nor lost when the bridge is asked to stop', patience, async () => {
    box.smsc.behave({ responseDelayMs });
    const { apiKey } = await box.issueClient({ creditCents: 10_000 });
    const recipients = recipientsOf('62');
    const sending = sendAll(apiKey, recipients);
    await interrupt(recipients, 'SIGTERM');
    const sent = await sending;
    // A long text of which one part was out already has its others left for the next attempt.
    await waitForAll(sent, () => box.cloud.runSchedule('dispatch-due'));
    const views = await viewsOf(sent, apiKey);
    expect(twice(recipients)).toEqual([]);
    expect(views.filter((view) => view.possible_duplicate).map(({ id }) => id)).toEqual([]);
    await expectDeliveredAndPaid(sent, views, apiKey);
  });
});

test(
  'a message whose answer is lost twice is not sent a third time, and the policy decides in the end',
  patience,
  async () => {
    box.smsc.behave({ responseDelayMs: 0 });
    const { apiKey } = await box.issueClient({ creditCents: 10 });
    const to = '491706300009';
    const loseAnswer = async (times: number): Promise<void> => {
      await until(`it has come ${times} times`, () => submittedTo([to]).length === times);
      box.smsc.behave({ drop: true });
    };
    box.smsc.behave({ loseResponses: 1 });
    const { id } = await box.send({ to, text: 'no answer' }, { key: apiKey });
    await loseAnswer(1);
    await until('it is unknown', async () => (await box.message(id, apiKey)).status === 'UNKNOWN');
    box.smsc.behave({ loseResponses: 1 });
    await box.query('UPDATE messages SET next_attempt_at = now() WHERE id = $1', [id]);
    await box.cloud.runSchedule('dispatch-due');
    await loseAnswer(2);
    const open = `SELECT 1 FROM messages WHERE id = $1 AND state = 'UNKNOWN' AND attempt = 2 AND next_attempt_at IS NULL`;
    await until('no further attempt is planned', async () => (await box.query(open, [id])).length === 1);
    expect(await box.message(id, apiKey)).toMatchObject({ possible_duplicate: true, final_at: null });
    expect(await box.account(apiKey)).toMatchObject({ available_cents: 5, held_cents: 5 });
    await box.query(`UPDATE messages SET expires_at = now() - interval '73 hours' WHERE id = $1`, [id]);
    await until(
      'it is settled',
      async () => {
        await box.cloud.runSchedule('remove-expired');
        return (await box.message(id, apiKey)).final_at !== null;
      },
      { everyMs: 1_000 },
    );
    expect(await box.message(id, apiKey)).toMatchObject({ status: 'EXPIRED', captured_cents: 5, released_cents: 0 });
    expect(submittedTo([to])).toHaveLength(2);
    expect(await unbalancedClients(box)).toEqual([]);
  },
);
