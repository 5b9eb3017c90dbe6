import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BandwidthPlan, CarouselList, CarouselView } from '#shared/contracts/carousels.ts';
import type { EmmView } from '#shared/contracts/cas.ts';
import { runCasJourney } from '../../local/run/cas-journey.ts';
import type { IssuedClient } from '../support/issue-client.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let box: RunningSignalbox;
let other: IssuedClient;
let id: string;

beforeAll(async () => {
  box = await startRunningSignalbox();
  other = await box.issueClient({ creditCents: 0, scopes: ['cas:read', 'cas:write'] });
});
afterAll(() => box?.stop());

const patch = (body: object, key?: string) =>
  box.api<CarouselView>('PATCH', `/v1/cas/carousels/${id}`, { body, ...(key !== undefined && { key }) });

const createEmm = async (kind: string): Promise<EmmView> => {
  const commands = [{ command: 'entitlement_remove', product: 99 }];
  const body = { class: 'unique', device: '4111111111111111', kind, commands };
  const answer = await box.api<EmmView>('POST', '/v1/cas/emms', { body });
  expect(answer.status, answer.text).toBe(202);
  return answer.body;
};

const timesOnAir = ({ section_hex }: EmmView, since = 0): number => {
  const section = Buffer.from(section_hex ?? '', 'hex');
  return box.mux.provided.filter(({ at, datagram }) => at >= since && datagram.equals(section)).length;
};

const untilOnAir = (emm: EmmView, since = 0) =>
  until('it is on air', () => timesOnAir(emm, since) > 0, { everyMs: 20 });

test('a text becomes an entitlement in a box that listens to the transport stream', async () => {
  const lines: string[] = [];
  const { cloud, client, smsc, receiver } = box;
  const say = (line: string) => void lines.push(line);
  await runCasJourney({ cloud, apiKey: client.apiKey, smsc, receiver, say, timeoutMs: 60_000 });
  expect(lines.join('\n')).toMatch(/the answer: "Card 7897: Sport is active until [^"]*on air[^"]*\d+ s/i);
  expect(receiver.entitlements).toHaveLength(1);
});

describe('an operator', () => {
  test('sees that it is on air, and how fast', async () => {
    const { body } = await box.api<CarouselList>('GET', '/v1/cas/carousels');
    expect(body.carousels).toMatchObject([{ name: 'main', status: 'ON_AIR', output: 'mux', bandwidth_kbit_s: 100 }]);
    id = body.carousels[0]?.id ?? '';
    const one = await box.api<CarouselView>('GET', `/v1/cas/carousels/${id}`);
    expect(one.body).toMatchObject({ id, emms: { shared: 0, global: 0 } });
    expect(one.body.on_air_seconds).toBeLessThan(5);
  });

  test('withdraws an EMM, pauses and resumes', async () => {
    const emm = await createEmm('first');
    await untilOnAir(emm);
    expect((await patch({ withdraw: [emm.id], is_paused: true })).body.status).toBe('PAUSED');
    expect((await box.api<EmmView>('GET', `/v1/cas/emms/${emm.id}`)).body.status).toBe('WITHDRAWN');
    await until('nothing is sent', () => (box.mux.provided.at(-1)?.at ?? 0) < performance.now() - 1_000);
    const since = performance.now();
    const next = await createEmm('second');
    expect((await patch({ is_paused: false })).status).toBe(200);
    await untilOnAir(next);
    expect(timesOnAir(emm, since)).toBe(0);
  });

  test('is told what does not fit, and nothing of what is another’s', async () => {
    expect((await patch({ classes: { new: { floor: 0.6 }, unique: { floor: 0.6 } } })).status).toBe(422);
    expect((await patch({ classes: { unique: { windows: [{ from: '25:00', until: '02:00' }] } } })).status).toBe(422);
    expect((await patch({ settings: { host: 'example.com' } })).status).toBe(422);
    for (const key of [other.apiKey])
      expect([
        (await patch({ is_paused: true }, key)).status,
        (await box.api('GET', `/v1/cas/carousels/${id}`, { key })).status,
        (await box.api<CarouselList>('GET', '/v1/cas/carousels', { key })).body.carousels,
      ]).toEqual([404, 404, []]);
    expect((await box.api('GET', '/v1/cas/carousels/x')).status).toBe(404);
  });

  test('asks what a cycle costs', async () => {
    const path = '/v1/cas/bandwidth?subscribers=10000&cycle_seconds=30';
    const { body } = await box.api<BandwidthPlan>('GET', path);
    expect(body).toMatchObject({ emms: 10_000, cycle_seconds: expect.closeTo(98.6, 1), needed_kbit_s: 329 });
    expect((await box.api('GET', '/v1/cas/bandwidth?subscribers=0')).status).toBe(422);
  });
});

test('an emitter that is killed is followed by another, and never do two send', async () => {
  const emm = await createEmm('third');
  await untilOnAir(emm);
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, box.mux.connections);
  }, 5);
  const before = box.mux.provided.at(-1)?.connection ?? 0;
  const killedAt = performance.now();
  for (const { pid } of box.cloud.services['signalbox-local-mux-bridge']?.tasks() ?? []) process.kill(pid, 'SIGKILL');
  await until('another one sends', () => (box.mux.provided.at(-1)?.connection ?? 0) > before, { everyMs: 20 });
  clearInterval(watching);
  expect(most).toBe(1);
  await untilOnAir(emm, killedAt + 500);
  expect(box.mux.faults).toEqual([]);
  expect(box.cloud.access.denials()).toEqual([]);
});
