import { expect, test } from 'vitest';
import { createFairOrder } from './fair-order.ts';

const serve = (
  order: ReturnType<typeof createFairOrder>,
  waiting: { flow: string; place: number }[],
  count: number,
) => {
  const served: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const [first] = waiting.toSorted((a, b) => a.place - b.place);
    if (!first) break;
    waiting.splice(waiting.indexOf(first), 1);
    order.served(first.place);
    served.push(first.flow);
  }
  return served;
};
const many = (order: ReturnType<typeof createFairOrder>, flow: string, weight: number, count: number) =>
  Array.from({ length: count }, () => ({ flow, place: order.placeOf(flow, weight) }));

test('a flow of high weight overtakes any backlog of a low one', () => {
  const order = createFairOrder();
  const waiting = many(order, 'bulk', 1, 1_000);
  serve(order, waiting, 100);
  waiting.push(...many(order, 'high', 100, 50));
  const served = serve(order, waiting, 51);
  expect(served.filter((flow) => flow === 'high').length).toBeGreaterThanOrEqual(49);
});

test('a flow of low weight is served in its proportion, however much of high weight waits', () => {
  const order = createFairOrder();
  const waiting = [...many(order, 'high', 100, 2_000), ...many(order, 'bulk', 1, 100)];
  const served = serve(order, waiting, 1_010);
  expect(served.filter((flow) => flow === 'bulk').length).toBeGreaterThanOrEqual(10);
});

test('flows of one weight take turns, whoever came with more', () => {
  const order = createFairOrder();
  const waiting = [...many(order, 'a', 10, 500), ...many(order, 'b', 10, 20)];
  const served = serve(order, waiting, 40);
  expect(served.filter((flow) => flow === 'b')).toHaveLength(20);
});

test('silence earns nothing: a flow that comes back is not served for what it did not ask', () => {
  const order = createFairOrder();
  serve(order, many(order, 'a', 1, 1_000), 1_000);
  const waiting = [...many(order, 'b', 1, 100), ...many(order, 'a', 1, 100)];
  const served = serve(order, waiting, 20);
  expect(served.filter((flow) => flow === 'a').length).toBeGreaterThanOrEqual(9);
});
