import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { GateSettings } from '#shared/domain/hsm/gate.ts';
import type { Gate as AccessGate } from '../../../local/services/gate.ts';
import { startTables } from '../../../local/services/tables.ts';
import { guardedHsm } from './guarded-hsm.ts';
import type { BuildRequest, PacketHsm } from './hsm-backend.ts';
import { HsmFault } from './hsm-fault.ts';
import { connectHsmGate } from './hsm-gate.ts';

const access: AccessGate = { identify: () => 'test', authorize: () => ({ allowed: true }) };
const settings: GateSettings = {
  permits: 3,
  permitMs: 10_000,
  bucket: { ratePerSecond: 1_000, burst: 1_000 },
  failuresToOpen: 4,
  openMs: 1_000,
  longestOpenMs: 8_000,
};

let tables: Awaited<ReturnType<typeof startTables>>;
let client: DynamoDBClient;
let now = 1_000_000;
let gateNumber = 0;

beforeAll(async () => {
  tables = await startTables({ gate: access });
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'k' };
  client = new DynamoDBClient({ endpoint: tables.url, region: 'eu-central-1', credentials });
  await client.send(
    new CreateTableCommand({
      TableName: 'gates',
      KeySchema: [{ AttributeName: 'gate_name', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'gate_name', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
});
afterAll(async () => {
  client.destroy();
  await tables.stop();
});
beforeEach(() => {
  gateNumber += 1;
});

/** Another process, as far as the gate can tell. */
const instance = (changed: Partial<GateSettings> = {}) =>
  connectHsmGate('gates', `gate-${gateNumber}`, { ...settings, ...changed }, client, () => now);

let askers = 0;
const enterAll = async (howMany: number, changed: Partial<GateSettings> = {}) => {
  const admitted = await Promise.all(
    Array.from({ length: howMany }, () => instance(changed).enter(`call-${askers++}`)),
  );
  return admitted.filter((each) => each.outcome === 'entered');
};

test('however many ask at once, no more enter than there are permits', async () => {
  const entered = await enterAll(40);
  expect(entered.length).toBe(3);
  expect(await instance().enter('another')).toMatchObject({ outcome: 'refused', reason: 'no-permit' });
  await Promise.all(entered.map(({ leave }) => leave('answered')));
  expect((await enterAll(3)).length).toBe(3);
});

test('however many ask at once, no more enter than the rate allows', async () => {
  const changed = { permits: 100, bucket: { ratePerSecond: 1, burst: 5 } };
  expect((await enterAll(30, changed)).length).toBeLessThanOrEqual(5);
});

test('permits of processes that died are free when they have run out', async () => {
  await enterAll(10);
  now += settings.permitMs;
  expect(await instance().enter('too-early')).toMatchObject({ outcome: 'refused', reason: 'no-permit' });
  now += 2_000;
  expect((await enterAll(10)).length).toBe(3);
});

test('holders who come and go all at once never hold more than the permits', async () => {
  let inside = 0;
  let most = 0;
  let done = 0;
  const work = async (n: number) => {
    for (let round = 0; done < 60; round += 1) {
      const admitted = await instance().enter(`worker-${n}-${round}`);
      if (admitted.outcome === 'refused') {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inside -= 1;
      done += 1;
      await admitted.leave('answered');
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, n) => work(n)));
  expect(most).toBeLessThanOrEqual(3);
  expect(done).toBeGreaterThanOrEqual(60);
});

test('one alone probes an HSM that failed, whoever asks', async () => {
  for (let n = 0; n < settings.failuresToOpen; n += 1) {
    const admitted = await instance().enter(`failing-${n}`);
    if (admitted.outcome === 'entered') await admitted.leave('failed');
  }
  expect(await instance().enter('at-once')).toMatchObject({ outcome: 'refused', reason: 'circuit-open' });
  now += settings.openMs;
  const probes = await enterAll(20);
  expect(probes.length).toBe(1);
  await probes[0]?.leave('answered');
  expect((await enterAll(20)).length).toBe(3);
});

const hsmThat = (build: PacketHsm['build']): PacketHsm => ({
  name: 'test',
  capabilities: { level: 'packets', ciphers: [], macs: [] },
  health: async () => ({ state: 'up' }),
  close: async () => {},
  build,
  open: async () => ({ outcome: 'refused', reason: 'request.refused' }),
});

test('an HSM that fails is not asked any more, and a refusal is no failure', async () => {
  let asked = 0;
  const failing = guardedHsm(
    hsmThat(async () => {
      asked += 1;
      if (asked <= 10) return { outcome: 'refused', reason: 'key.unknown' };
      throw new HsmFault('hsm.timeout', 'No answer.');
    }),
    instance(),
  );
  const request = {} as BuildRequest;
  for (let n = 0; n < 10; n += 1) expect(await failing.build(request)).toMatchObject({ outcome: 'refused' });
  for (let n = 0; n < settings.failuresToOpen; n += 1)
    await expect(failing.build(request)).rejects.toMatchObject({ reason: 'hsm.timeout' });
  expect(await failing.build(request)).toMatchObject({ outcome: 'not-now', reason: 'circuit-open' });
  expect(asked).toBe(10 + settings.failuresToOpen);
});
