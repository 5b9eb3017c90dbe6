import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { createProviderReach, type ProviderReach } from '#shared/adapters/provider-reach.ts';
import type { Outcome } from '#shared/contracts/queue-messages.ts';
import { logger } from '#shared/telemetry.ts';
import { type Smsc, type SmscOptions, startSmsc } from '../../../local/smsc/start-smsc.ts';
import { interpretDelivery } from '../delivery/interpret-delivery.ts';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';
import { type CarryWorld, carryClaim } from './carry-claim.ts';
import { createFleetCapacity } from './fleet-capacity.ts';
import type { ProviderLink } from './provider-link.ts';
import { claimOf, createTestSlots, knownSmpp, startTestLink, type TestLink, type TestSlots } from './test-link.ts';

beforeAll(() => logger.setLogLevel('SILENT'));

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const smscOf = async (options: Partial<SmscOptions> = {}): Promise<Smsc> => {
  const smsc = await startSmsc({ systemId: 'signalbox', password: 'secret08', receiptDelayMs: 3_600_000, ...options });
  stops.push(() => smsc.stop());
  return smsc;
};
const linkOf = (
  task: string,
  known: ReturnType<typeof knownSmpp>,
  slots: TestSlots,
  given: { readonly deliver?: (pdu: DeliverSm | DataSm) => Promise<number>; readonly reach?: ProviderReach } = {},
): TestLink => {
  const started = startTestLink(task, known, slots, given);
  stops.push(async () => started.link.destroy());
  return started;
};

const boundOf = ({ link }: TestLink) => link.state.bound;

/** A world of carryClaim over some links, best first, which writes down what is reported. */
const worldOf = (...links: readonly ProviderLink[]) => {
  const reported: { readonly provider: string; readonly outcome: Outcome }[] = [];
  const capacity = createFleetCapacity(new Map(links.map((link) => [link.name, link])));
  const world: CarryWorld = {
    candidatesFor: () => links.map((link) => ({ name: link.name, link })),
    roomOf: capacity.roomOf,
    report: async (provider, outcomes) => {
      reported.push(...outcomes.map((outcome) => ({ provider, outcome })));
    },
    isStopping: false,
    now: () => new Date(),
  };
  return { world, reported };
};
const carry = (world: CarryWorld, claim: Claim) => carryClaim(claim, { priority: 'normal', share: 1 }, world);
const patience = { timeout: 15_000, interval: 10 };

test('two tasks share the binds and the rate of an account; one that dies leaves its bind to the other, and never is there a third', async () => {
  const smsc = await smscOf();
  const slots = createTestSlots();
  const known = knownSmpp('shared', smsc.port, { binds: 2, parts_per_second: 40 });
  const first = linkOf('first', known, slots);
  await expect.poll(() => boundOf(first), patience).toBe(2);
  expect(first.link.state.rate).toBe(40);

  const second = linkOf('second', known, slots);
  await expect.poll(() => [boundOf(first), boundOf(second)], patience).toEqual([1, 1]);
  expect([first.link.state.rate, second.link.state.rate]).toEqual([20, 20]);
  const worlds = [first, second].map(({ link }) => worldOf(link).world);
  await Promise.all(worlds.flatMap((world) => Array.from({ length: 20 }, () => carry(world, claimOf()))));
  expect(smsc.received().filter(({ command_status }) => command_status === 0)).toHaveLength(40);

  first.kill();
  await expect.poll(() => boundOf(second), patience).toBe(2);
  expect(second.link.state.rate).toBe(40);
  expect(smsc.mostBound()).toBe(2);
  await second.link.stop(1_000);
  await expect.poll(() => smsc.sessions(), patience).toEqual([]);
});

test('an account of one bind goes over from a task that stops to the one that waits', async () => {
  const smsc = await smscOf();
  const slots = createTestSlots();
  const known = knownSmpp('scarce', smsc.port);
  const old = linkOf('old', known, slots);
  await expect.poll(() => boundOf(old), patience).toBe(1);
  const young = linkOf('young', known, slots);
  await expect.poll(() => young.link.state.reason, patience).toContain('other tasks hold all binds');
  await old.link.stop(1_000);
  await expect.poll(() => boundOf(young), patience).toBe(1);
  expect(smsc.mostBound()).toBe(1);
});

test('a provider that throttles all, one that is not there and one that takes everything: each message goes once, and where it is taken', async () => {
  const slots = createTestSlots();
  const throttling = await smscOf({ throttlePerSecond: 0.001 });
  const taking = await smscOf();
  const gone = await smscOf();
  await gone.stop();
  const dead = linkOf('task', knownSmpp('dead', gone.port), slots);
  const slow = linkOf('task', knownSmpp('slow', throttling.port), slots);
  const good = linkOf('task', knownSmpp('good', taking.port), slots);
  await expect.poll(() => [boundOf(slow), boundOf(good)], patience).toEqual([1, 1]);
  await expect.poll(() => dead.link.state.reason, patience).toContain('ECONNREFUSED');

  const { world, reported } = worldOf(dead.link, slow.link, good.link);
  const claims = Array.from({ length: 200 }, () => claimOf());
  const carried = await Promise.all(claims.map((claim) => carry(world, claim)));
  expect(new Set(carried.map(({ outcome }) => outcome))).toEqual(new Set(['reported']));
  expect(slow.link.isCircuitOpen).toBe(true);
  expect(reported.every(({ outcome }) => outcome.type === 'PartSubmitted')).toBe(true);
  const byProvider = Map.groupBy(reported, ({ provider }) => provider);
  expect([...byProvider.keys()].toSorted()).toEqual(['good', 'slow']);
  expect(byProvider.get('slow')).toHaveLength(1);
  expect(taking.duplicates()).toEqual([]);
  expect(taking.messages().length + 1).toBe(claims.length);
}, 20_000);

test('a refusal for a reason that nobody knows sends the next attempt elsewhere, a refusal for good none', async () => {
  const slots = createTestSlots();
  const [first, second] = [await smscOf(), await smscOf()];
  const own = { statuses: { '0xb': 'vendor' } } as const;
  const odd = linkOf('task', knownSmpp('odd', first.port, own), slots);
  const usual = linkOf('task', knownSmpp('usual', second.port), slots);
  await expect.poll(() => [boundOf(odd), boundOf(usual)], patience).toEqual([1, 1]);
  const { world, reported } = worldOf(odd.link, usual.link);
  const refused = claimOf({ recipient: '491700000001' });
  await carry(world, refused);
  const tried = [{ provider: 'odd', type: 'REFUSED', error: 'command_status 0x0000000b', times: 1 }] as const;
  await carry(world, { ...refused, attempt: 2, tried });
  expect(reported).toMatchObject([
    { provider: 'odd', outcome: { type: 'PartRefused', retry: true } },
    { provider: 'usual', outcome: { type: 'PartRefused', retry: false } },
  ]);
});

test('a change of the rate takes effect under load, over the same bind', async () => {
  const smsc = await smscOf();
  const slots = createTestSlots();
  const { link } = linkOf('task', knownSmpp('paced', smsc.port, { parts_per_second: 5, burst: 1 }), slots);
  await expect.poll(() => link.state.bound, patience).toBe(1);
  const before = smsc.sessions().map(({ id }) => id);
  const { world } = worldOf(link);
  const carried = Promise.all(Array.from({ length: 300 }, () => carry(world, claimOf())));
  await expect.poll(() => smsc.received().length, patience).toBeGreaterThan(2);
  expect(link.state.rate).toBe(5);
  link.change(knownSmpp('paced', smsc.port, { parts_per_second: 1_000, burst: 10, window: 20 }, 'secret08', 2));
  expect(link.state.rate).toBe(1_000);
  await carried;
  expect(smsc.received()).toHaveLength(300);
  expect(smsc.sessions().map(({ id }) => id)).toEqual(before);
}, 20_000);

test('a change of the password or the address binds anew, on the same slot', async () => {
  const [smsc, moved] = [await smscOf(), await smscOf()];
  const slots = createTestSlots();
  const { link } = linkOf('task', knownSmpp('moving', smsc.port, {}, 'wrong'), slots);
  await expect.poll(() => link.state.reason, patience).toContain('ESME_RINVPASWD');
  expect(link.state.openCircuits).toBe(1);
  link.change(knownSmpp('moving', smsc.port, {}, 'secret08', 2));
  await expect.poll(() => link.state.bound, patience).toBe(1);
  expect(link.state.reason).toBeNull();
  link.change(knownSmpp('moving', moved.port, {}, 'secret08', 3));
  await expect.poll(() => [smsc.sessions().length, moved.sessions().length], patience).toEqual([0, 1]);
  expect(slots.slots.get('moving')?.slots).toMatchObject([{ number: 1, generation: 1 }]);
});

test('a message that nobody takes waits, and says for whom', async () => {
  const slots = createTestSlots();
  const gone = await smscOf();
  await gone.stop();
  const dead = linkOf('task', knownSmpp('dead', gone.port), slots);
  const { world } = worldOf(dead.link);
  expect(await carry(world, claimOf())).toEqual({
    outcome: 'deferred',
    reason: 'dead is down',
    seconds: null,
    provider: 'dead',
  });
});

test('of three providers the dead one is passed over, what waits at the one that throttles goes on, and what the last cannot deliver goes to nobody else', async () => {
  const slots = createTestSlots();
  const [throttling, failing, gone] = [
    await smscOf({ throttlePerSecond: 1e-6 }),
    await smscOf({ receiptDelayMs: 0 }),
    await smscOf(),
  ];
  await gone.stop();
  const receipts: { readonly state: string; readonly id: string }[] = [];
  const deliver = async (pdu: DeliverSm | DataSm): Promise<number> => {
    const read = interpretDelivery(pdu, { provider: 'failing', plainReceipts: 'refuse' }, new Date());
    if (read.kind === 'receipt') receipts.push({ state: read.receipt.state, id: read.receipt.smsc_message_id });
    return 0;
  };
  const dead = linkOf('task', knownSmpp('dead', gone.port), slots);
  const throttled = linkOf('task', knownSmpp('throttled', throttling.port), slots);
  const last = linkOf('task', knownSmpp('failing', failing.port), slots, { deliver });
  await expect.poll(() => [boundOf(throttled), boundOf(last)], patience).toEqual([1, 1]);
  await expect.poll(() => dead.link.state.reason, patience).toContain('ECONNREFUSED');
  // The simulator lets the very first one pass; from here on it answers 0x58 to everything.
  await carry(worldOf(throttled.link).world, claimOf());
  expect(throttling.messages()).toHaveLength(1);

  const { world, reported } = worldOf(dead.link, throttled.link, last.link);
  const claims = Array.from({ length: 60 }, (_, i) => claimOf({ recipient: `4917${100_000 + i}0002` }));
  const carried = await Promise.all(claims.map((claim) => carry(world, claim)));
  expect(new Set(carried.map(({ outcome }) => outcome))).toEqual(new Set(['reported']));
  expect(throttled.link.isCircuitOpen).toBe(true);
  expect(throttling.received().filter(({ command_status }) => command_status === 0x58).length).toBeGreaterThan(0);
  expect(throttling.messages()).toHaveLength(1);
  expect(reported).toHaveLength(claims.length);
  expect(reported.every(({ provider, outcome }) => provider === 'failing' && outcome.type === 'PartSubmitted')).toBe(
    true,
  );

  await expect.poll(() => receipts.length, patience).toBe(claims.length);
  expect(new Set(receipts.map(({ state }) => state))).toEqual(new Set(['UNDELIVERABLE']));
  const submitted = reported.map(({ outcome }) => (outcome.type === 'PartSubmitted' ? outcome.smsc_message_id : null));
  expect(new Set(receipts.map(({ id }) => id))).toEqual(new Set(submitted));
  // A receipt is about what was taken: it moves no message to another provider.
  expect(reported).toHaveLength(claims.length);
  expect(failing.messages()).toHaveLength(claims.length);
  expect(failing.duplicates()).toEqual([]);
  expect(throttling.messages()).toHaveLength(1);
}, 20_000);

test.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['169.254.169.254']]])(
  'a host that resolves to %j is not bound to, and the state says why',
  async (addresses) => {
    const smsc = await smscOf();
    const known = knownSmpp('inside', smsc.port, { host: 'smsc.example.com' });
    const reach = createProviderReach([], async () => addresses);
    const { link } = linkOf('task', known, createTestSlots(), { reach });
    await expect
      .poll(() => link.state.reason, patience)
      .toBe(
        `no bind: smsc.example.com resolves to ${addresses.at(-1)}, which is internal and not exempt (docs/providers.md)`,
      );
    expect(link.isUp).toBe(false);
    expect(smsc.sessions()).toEqual([]);
  },
);

test('an internal address that is written out is not bound to, and is where it is exempt', async () => {
  const smsc = await smscOf();
  const slots = createTestSlots();
  const outside = linkOf('task', knownSmpp('strict', smsc.port), slots, { reach: createProviderReach([]) });
  await expect.poll(() => outside.link.state.reason, patience).toContain('no bind: 127.0.0.1 is an internal address');
  expect(smsc.sessions()).toEqual([]);
  const named = knownSmpp('lenient', smsc.port, { host: 'smsc.example.com' });
  const reach = createProviderReach(['127.0.0.1'], async () => ['127.0.0.1']);
  const inside = linkOf('task', named, slots, { reach });
  await expect.poll(() => boundOf(inside), patience).toBe(1);
});

test('a name that changes its address to an internal one is not bound to again', async () => {
  const smsc = await smscOf();
  let addresses = ['127.0.0.1'];
  const reach = createProviderReach(['127.0.0.1'], async () => addresses);
  const { link } = linkOf('task', knownSmpp('moved', smsc.port, { host: 'smsc.example.com' }), createTestSlots(), {
    reach,
  });
  await expect.poll(() => link.state.bound, patience).toBe(1);
  addresses = ['127.0.0.2'];
  smsc.behave({ drop: true });
  await expect.poll(() => link.state.reason, patience).toContain('resolves to 127.0.0.2');
});
