import { inputs } from './inputs.ts';
import type { Chance, Resource, Step } from './simulate.ts';

/** How large Signalbox is, as far as the money path goes. Where cells share the load, this is one of them. */
export interface Design {
  /** Requests a second that the gateway lets through. */
  readonly gatewayRate: number;
  /** Of serve-api, at once. */
  readonly executions: number;
  /** Rows among which the credit of the busiest client is divided. */
  readonly hotRows: number;
  readonly writerCores: number;
  /** Of the bridge, a core each. */
  readonly tasks: number;
  readonly binds: number;
  readonly smscAnswerMs: number;
  /** Of settle-outcomes, at once. */
  readonly settlers: number;
}

const value = <Name extends keyof typeof inputs>(name: Name): number => inputs[name].value;

/** What prod's settings come to; binds are data, and two are few. */
export const asDeployed: Design = {
  gatewayRate: value('gatewayRate'),
  executions: value('executions'),
  hotRows: 1,
  writerCores: value('writerCores'),
  tasks: value('tasks'),
  binds: 2,
  smscAnswerMs: value('smscAnswer'),
  settlers: value('settlers'),
};

/** 10 to 20 ms, as measured. */
const dataApi = (chance: Chance): number => value('dataApiCall') * (2 / 3 + (2 / 3) * chance());
const unlimited = (name: string): Resource => ({ name, servers: Number.POSITIVE_INFINITY });

const accept = (design: Design, writer: Resource): readonly Step[] => [
  { name: 'gateway', at: { name: 'gateway', servers: 1 }, holdMs: () => 1000 / design.gatewayRate },
  {
    name: 'serve-api',
    at: { name: 'serve-api', servers: design.executions },
    holdMs: (messages, chance) => dataApi(chance) + value('sqsCall') + value('rowOfBatch') * messages,
  },
  {
    name: 'row of the busiest client',
    at: { name: 'row of the busiest client', servers: design.hotRows },
    share: value('hotShare'),
    holdMs: (messages) => value('hotRow') + value('rowOfBatch') * messages,
  },
  {
    name: 'writer',
    at: writer,
    splits: true,
    holdMs: (messages) => value('statement') + value('rowOfBatch') * messages,
  },
];

const deliver = (design: Design, writer: Resource): readonly Step[] => [
  {
    name: 'receives of the bridge',
    at: { name: 'receives of the bridge', servers: design.tasks },
    together: value('receive'),
    // After one that was not full it waits a little, so that the next is fuller.
    holdMs: (messages) => value('sqsCall') + (messages < value('receive') ? 50 : 0),
  },
  {
    name: 'claims',
    at: writer,
    gather: { most: value('claim'), of: 'messages', lingerMs: 20, lanes: design.tasks },
    splits: true,
    holdMs: (messages) => value('statement') + (value('transitions') / 3) * messages,
  },
  {
    name: 'cores of the bridge',
    at: { name: 'cores of the bridge', servers: design.tasks },
    holdMs: () => value('bridge'),
  },
  {
    name: 'windows of the binds',
    at: { name: 'windows of the binds', servers: design.binds * value('window') },
    holdMs: () => design.smscAnswerMs,
  },
];

/** A message has two outcomes: that the SMSC took it, and its receipt. */
const settle = (design: Design, writer: Resource, settlers: Resource, outcome: string): readonly Step[] => [
  {
    name: `reports, ${outcome}`,
    at: unlimited('reports'),
    gather: { most: value('report'), of: 'messages', lingerMs: 50, lanes: design.tasks },
    holdMs: () => value('sqsCall'),
  },
  {
    name: 'settle-outcomes',
    at: settlers,
    gather: { most: 10, of: 'groups', lingerMs: 1_000, lanes: 1 },
    holdMs: (_messages, chance) => dataApi(chance) + dataApi(chance) + dataApi(chance) + value('sqsCall'),
  },
  {
    name: 'settling',
    at: writer,
    splits: true,
    // Written down, joined, settled: three statements.
    holdMs: (messages) => 3 * value('statement') + (value('transitions') / 3) * messages,
  },
];

/** The money path from the request to the settled receipt. */
export const moneyPath = (design: Design): readonly Step[] => {
  const writer: Resource = { name: 'writer', servers: design.writerCores };
  const settlers: Resource = { name: 'settle-outcomes', servers: design.settlers };
  return [
    ...accept(design, writer),
    ...deliver(design, writer),
    ...settle(design, writer, settlers, 'taken'),
    ...settle(design, writer, settlers, 'receipts'),
  ];
};

/** Calls of the Data API and of SQS in a second, from how often each step served. */
export const callsOf = (
  figures: readonly {
    readonly name: string;
    readonly servingsPerSecond: number;
    readonly departuresPerSecond: number;
  }[],
): { readonly dataApi: number; readonly sqs: number } => {
  const servings = (name: string) =>
    figures.filter((step) => step.name.startsWith(name)).reduce((sum, step) => sum + step.servingsPerSecond, 0);
  const [accepted] = figures;
  const settled = figures.at(-1)?.departuresPerSecond ?? 0;
  const requests = servings('gateway');
  const sends = Math.max(requests, (accepted?.departuresPerSecond ?? 0) / 10);
  return {
    dataApi: requests + servings('claims') + 3 * servings('settle-outcomes'),
    // Sends, receives, removals and callbacks in tens; reports, and each received and removed in tens.
    sqs: sends + servings('receives') + (2 * settled) / 10 + servings('reports') + 2 * servings('settle-outcomes'),
  };
};
