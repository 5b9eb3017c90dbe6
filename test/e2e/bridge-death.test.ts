import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AcceptedBatch, MessageView } from '#shared/contracts/messages.ts';
import type { FargateService, Task } from '../../local/cloud/fargate.ts';
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

/** Recipients of one test. */
const recipientsOf = (prefix: string, length = count): readonly string[] =>
  Array.from({ length }, (_, i) => `49170${prefix}${`${i}`.padStart(4, '0')}9`);

interface Sent {
  readonly id: string;
  readonly to: string;
}

/** Two hundred at once would wait for a function until the gateway gives them up, where other programs run beside this. */
const connections = 20;

/** Of every four messages one has two parts. */
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

const bridge = (): FargateService => {
  const service = box.cloud.services['signalbox-local-smpp-bridge'];
  if (!service) throw new Error('The bridge is no service of the dev cloud');
  return service;
};

const theTask = () =>
  until('one task of the bridge runs', () => {
    const [task, ...others] = bridge().tasks();
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

const waitForAll = (sent: readonly Pick<Sent, 'id'>[], nudge: () => Promise<unknown>): Promise<unknown> => {
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

describe('two tasks with one account', () => {
  const [slow, fast] = [20, 80];
  const account = { binds: 2, window: 10, burst: 2 };
  const spanMs = 4_000;
  /** What may come in that time, of both tasks together: by the rate, at once after a rest, and what was on the way. */
  const allowedAt = (rate: number): number => (rate * spanMs) / 1_000 + account.burst + account.binds * account.window;

  const mostInSpan = (times: readonly number[]): number => {
    let first = 0;
    return times.reduce((most, time, last) => {
      while (time - (times[first] ?? time) > spanMs) first += 1;
      return Math.max(most, last - first + 1);
    }, 0);
  };
  const timesOf = (recipients: readonly string[]) => submittedTo(recipients).map(({ time }) => Date.parse(time));
  const change = async (settings: object): Promise<void> => {
    const call = { key: box.client.adminApiKey, body: settings };
    expect(await box.api('PATCH', '/v1/admin/providers/primary', call)).toMatchObject({ status: 200 });
  };
  const metricsOf = async ({ ports }: Task): Promise<{ readonly bound: number; readonly rate: number }> => {
    const [port] = Object.values(ports);
    const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    const read = (name: string) => Number(new RegExp(`^signalbox_${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
    return { bound: read('bound_sessions'), rate: read('rate_parts_per_second') };
  };
  const untilShared = (): Promise<unknown> =>
    until('each of two tasks has a bind, and its half of the rate', async () => {
      const all = await Promise.all(bridge().tasks().map(metricsOf));
      return all.length === 2 && all.every(({ bound, rate }) => bound === 1 && rate === slow / 2);
    });

  /** Gives the lease of the task: of those there are, the one that is not renewed any more. */
  const kill = async ({ pid }: Task): Promise<string> => {
    process.kill(pid, 'SIGKILL');
    await until(
      'it is gone',
      () =>
        bridge()
          .tasks()
          .every((task) => task.pid !== pid),
      { everyMs: 5 },
    );
    const living = 'SELECT owner, expires_at FROM bridge_leases WHERE expires_at > now()';
    const leases = await box.query<{ owner: string; expires_at: Date }>(living);
    const renewed = 'SELECT owner FROM bridge_leases WHERE owner = ANY ($1) AND NOT expires_at = ANY ($2)';
    const owners = leases.map(({ owner }) => owner);
    expect(owners).toHaveLength(2);
    const [alive] = await until('the other one has renewed its lease', async () => {
      const found = await box.query<{ owner: string }>(renewed, [owners, leases.map((lease) => lease.expires_at)]);
      return found.length > 0 && found;
    });
    return owners.find((owner) => owner !== alive?.owner) ?? '';
  };

  test(
    'share its binds and its rate; one that is killed leaves its bind to another, never is there a third, and another rate is kept under load',
    patience,
    async () => {
      await change({ ...account, parts_per_second: slow });
      await bridge().scaleTo(2);
      await untilShared();
      box.smsc.clear();
      const { apiKey } = await box.issueClient({ creditCents: 10_000 });
      const recipients = recipientsOf('64', 700);
      const messages = recipients.map((to, i) => ({ to: `+${to}`, text: `message ${i}` }));
      const { body } = await box.api<AcceptedBatch>('POST', '/v1/messages/batch', { key: apiKey, body: { messages } });
      await until('a hundred and twenty have come', () => timesOf(recipients).length >= 120);
      expect(box.smsc.sessions().map(({ submits }) => submits > 0)).toEqual([true, true]);

      const [, victim] = bridge().tasks();
      if (!victim) throw new Error('There is one task only');
      const killedAt = performance.now();
      const dying = kill(victim);
      await until('its bind is gone', () => box.smsc.sessions().length === 1, { everyMs: 5 });
      const shared = mostInSpan(timesOf(recipients));
      await change({ parts_per_second: fast });
      const changedAt = Date.now();
      const faster = () => mostInSpan(timesOf(recipients).filter((time) => time > changedAt)) > allowedAt(slow);
      await until('more comes than was allowed before', faster, { withinMs: 30_000 });
      const obeyedMs = Date.now() - changedAt;
      await until('there are two binds again', () => box.smsc.sessions().filter(({ mode }) => mode).length === 2);
      console.info(
        `kill -9 of one of two: its bind was taken over after ${Math.round((performance.now() - killedAt) / 1_000)} s; the rate was obeyed within ${Math.round(obeyedMs / 1_000)} s`,
      );

      await box.query(`UPDATE bridge_leases SET expires_at = now() - interval '5 minutes' WHERE owner = $1`, [
        await dying,
      ]);
      await waitForAll(body.accepted, () => box.cloud.runSchedule('dispatch-due'));
      const states = `SELECT state, count(*)::int AS n FROM messages WHERE recipient = ANY ($1) GROUP BY state`;
      expect(await box.query(states, [recipients])).toEqual([{ state: 'DELIVERED', n: recipients.length }]);
      expect(box.smsc.mostBound()).toBe(2);
      expect(shared).toBeLessThanOrEqual(allowedAt(slow));
      expect(mostInSpan(timesOf(recipients))).toBeLessThanOrEqual(allowedAt(fast));
      expect(await unbalancedClients(box)).toEqual([]);
    },
  );
});
