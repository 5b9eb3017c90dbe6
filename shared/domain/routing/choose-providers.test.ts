import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseProviders, createRouter } from './choose-providers.ts';
import type { FleetRoute, RoutedMessage, RoutingData } from './fleet.ts';
import { messageKinds } from './message-kind.ts';

const names = ['a', 'b', 'c', 'd'] as const;
const clients = ['client-1', 'client-2'] as const;
const priorities = ['high', 'normal', 'bulk'] as const;

const message: RoutedMessage = { recipient: '491700000009', client_id: 'client-1', kind: 'text', priority: 'normal' };

const routeOf = (given: Partial<FleetRoute> = {}): FleetRoute => ({
  id: 'route',
  prefix: '',
  client_id: null,
  kind: null,
  priority: null,
  candidates: names.map((provider) => ({ provider, weight: 100 })),
  ...given,
});

const dataOf = (given: Partial<RoutingData> = {}): RoutingData => ({
  providers: new Set(names),
  routes: [routeOf()],
  prices: {},
  statistics: {},
  weights: { price: 50, success: 40, latency: 10 },
  ...given,
});

const order = (data: RoutingData, of: RoutedMessage = message): string[] => {
  const routing = chooseProviders(data, of);
  return routing.outcome === 'routed' ? routing.candidates.map(({ provider }) => provider) : [];
};

const digits = (most: number) => fc.string({ unit: fc.constantFrom('1', '4', '9'), maxLength: most });
const anyMessage = fc.record({
  recipient: fc.string({ unit: fc.constantFrom('1', '4', '9'), minLength: 7, maxLength: 15 }),
  client_id: fc.constantFrom(...clients),
  kind: fc.constantFrom(...messageKinds),
  priority: fc.constantFrom(...priorities),
});
const anyRoute = fc.record({
  id: fc.uuid(),
  prefix: digits(4),
  client_id: fc.option(fc.constantFrom(...clients)),
  kind: fc.option(fc.constantFrom(...messageKinds)),
  priority: fc.option(fc.constantFrom(...priorities)),
  candidates: fc
    .shuffledSubarray([...names], { minLength: 1 })
    .chain((some) =>
      fc.tuple(...some.map((provider) => fc.record({ provider: fc.constant(provider), weight: fc.nat(1_000) }))),
    ),
});
/** As the database keeps them: no two fit the same messages. */
const anyRoutes = fc.uniqueArray(anyRoute, {
  maxLength: 30,
  selector: ({ prefix, client_id, kind, priority }) => JSON.stringify([prefix, client_id, kind, priority]),
});
const anyData: fc.Arbitrary<RoutingData> = fc.record({
  providers: fc.subarray([...names]).map((some) => new Set(some)),
  routes: anyRoutes,
  prices: fc.dictionary(fc.constantFrom(...names), fc.dictionary(digits(3), fc.nat(1_000_000))),
  statistics: fc.dictionary(
    fc.constantFrom(...names),
    fc.record({ succeeded: fc.nat(10_000), failed: fc.nat(10_000), latency_ms: fc.option(fc.nat(100_000)) }),
  ),
  weights: fc.record({ price: fc.nat(100), success: fc.nat(100), latency: fc.nat(100) }),
});

/** The rule as it is told, rather than as it is computed: of those that fit, the greatest by prefix, client, kind, priority. */
const bestRoute = (routes: readonly FleetRoute[], of: RoutedMessage): FleetRoute | undefined =>
  routes
    .filter(
      (route) =>
        of.recipient.startsWith(route.prefix) &&
        [null, of.client_id].includes(route.client_id) &&
        [null, of.kind].includes(route.kind) &&
        [null, of.priority].includes(route.priority),
    )
    .toSorted(
      (x, y) =>
        y.prefix.length - x.prefix.length ||
        Number(y.client_id !== null) - Number(x.client_id !== null) ||
        Number(y.kind !== null) - Number(x.kind !== null) ||
        Number(y.priority !== null) - Number(x.priority !== null),
    )[0];

describe('of any fleet and message', () => {
  test('the longest prefix wins, then who names the client, the kind, the priority', () => {
    fc.assert(
      fc.property(anyData, anyMessage, (data, of) => {
        expect(chooseProviders(data, of).route).toBe(bestRoute(data.routes, of) ?? null);
      }),
    );
  });

  test('the candidates are the enabled ones of the route, each once, the scores falling and finite', () => {
    fc.assert(
      fc.property(anyData, anyMessage, (data, of) => {
        const routing = chooseProviders(data, of);
        const expected = bestRoute(data.routes, of)?.candidates.filter(({ provider }) => data.providers.has(provider));
        if (routing.outcome === 'none') {
          expect(expected ?? []).toEqual([]);
          expect(routing.reason).toBe(expected ? 'no-provider' : 'no-route');
          return;
        }
        expect(routing.candidates.map(({ provider }) => provider).sort()).toEqual(
          expected?.map(({ provider }) => provider).sort(),
        );
        const scores = routing.candidates.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((x, y) => y - x));
        for (const score of scores) expect(score).toSatisfy((each: number) => each >= 0 && each <= 10);
      }),
    );
  });

  test('the order of the routes is nothing, and the choice always the same', () => {
    fc.assert(
      fc.property(anyData, anyMessage, (data, of) => {
        const reversed = createRouter({ ...data, routes: data.routes.toReversed() });
        expect(reversed(of)).toEqual(chooseProviders(data, of));
        expect(reversed(of)).toEqual(reversed(of));
      }),
    );
  });

  test('a provider that becomes cheaper, surer or faster never falls behind', () => {
    const place = (data: RoutingData, of: RoutedMessage) => order(data, of).indexOf('a');
    fc.assert(
      fc.property(anyData, anyMessage, fc.nat(1_000_000), fc.nat(1_000_000), (given, of, x, y) => {
        const data = { ...given, routes: [routeOf()], providers: new Set(names) };
        const [less, more] = [Math.min(x, y), Math.max(x, y)];
        const priced = (cost: number) => ({ ...data, prices: { ...data.prices, a: { '': cost } } });
        expect(place(priced(less), of)).toBeLessThanOrEqual(place(priced(more), of));
        const measured = (succeeded: number, latency_ms: number) => ({
          ...data,
          statistics: { ...data.statistics, a: { succeeded, failed: 100, latency_ms } },
        });
        expect(place(measured(more, 500), of)).toBeLessThanOrEqual(place(measured(less, 500), of));
        expect(place(measured(10, less + 1), of)).toBeLessThanOrEqual(place(measured(10, more + 1), of));
      }),
    );
  });
});

test('between equals the order is the operator’s', () => {
  expect(order(dataOf())).toEqual(['a', 'b', 'c', 'd']);
});

test('the price of the longest prefix counts', () => {
  const prices = { a: { '': 5_000, '4917': 9_000 }, b: { '49': 8_000, '1': 1 }, c: { '': 8_500 } };
  const data = dataOf({
    routes: [routeOf({ candidates: ['a', 'b', 'c'].map((provider) => ({ provider, weight: 100 })) })],
    prices,
  });
  expect(order(data)).toEqual(['b', 'c', 'a']);
  expect(order(data, { ...message, recipient: '441700000009' })).toEqual(['a', 'b', 'c']);
});

test('a price that nobody said is no reason to prefer a provider, and what was never measured no reason against it', () => {
  const candidates = ['a', 'b'].map((provider) => ({ provider, weight: 100 }));
  const routes = [routeOf({ candidates })];
  expect(order(dataOf({ routes, prices: { b: { '': 5_000 }, a: {} } }))).toEqual(['a', 'b']);
  expect(order(dataOf({ routes, prices: { a: { '': 9_000 }, b: {}, c: {} } }))).toEqual(['a', 'b']);
  const statistics = { a: { succeeded: 500, failed: 500, latency_ms: 2_000 } };
  expect(order(dataOf({ routes, statistics }))).toEqual(['b', 'a']);
});

test('a handful of failures does not turn everything over', () => {
  const prices = { a: { '': 5_000 }, b: { '': 6_000 }, c: { '': 60_000 }, d: { '': 60_000 } };
  const few = { a: { succeeded: 0, failed: 2, latency_ms: null } };
  const many = { a: { succeeded: 0, failed: 200, latency_ms: null } };
  expect(order(dataOf({ prices, statistics: few }))[0]).toBe('a');
  expect(order(dataOf({ prices, statistics: many }))[0]).toBe('b');
});

test('a weight of 0 comes last whatever it costs', () => {
  const candidates = [
    { provider: 'a', weight: 0 },
    { provider: 'b', weight: 100 },
  ];
  expect(order(dataOf({ routes: [routeOf({ candidates })], prices: { a: { '': 0 }, b: { '': 9_000 } } }))).toEqual([
    'b',
    'a',
  ]);
});

test('no other route is tried when the one that fits has no provider that is enabled', () => {
  const routes = [
    routeOf({ id: 'any' }),
    routeOf({ id: '49', prefix: '49', candidates: [{ provider: 'off', weight: 1 }] }),
  ];
  expect(chooseProviders(dataOf({ routes }), message)).toMatchObject({
    outcome: 'none',
    reason: 'no-provider',
    route: { id: '49' },
  });
});
