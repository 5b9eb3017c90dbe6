import { configs } from '../../infra/config.ts';

/** Where a figure of the model comes from: a measurement, a setting of what is deployed, or neither. */
type Kind = 'measured' | 'setting' | 'assumed';

export interface Input {
  readonly value: number;
  readonly unit: string;
  readonly kind: Kind;
  readonly source: string;
}

const measured = (value: number, unit: string, source: string): Input => ({ value, unit, kind: 'measured', source });
const setting = (value: number, unit: string, source: string): Input => ({ value, unit, kind: 'setting', source });
const assumed = (value: number, unit: string, source: string): Input => ({ value, unit, kind: 'assumed', source });

const { prod } = configs;

/** Everything the model is told. What was measured was measured on two shared cores: read orders of magnitude. */
export const inputs = {
  dataApiCall: measured(15, 'ms', 'design, performance.md: 10 to 20 ms a Data API call'),
  hotRow: measured(2.63, 'ms', 'design, performance.md: one hot client at 340 to 420 statements/s with a 2 ms commit'),
  rowOfBatch: measured(0.022, 'ms a message', 'design, performance.md: t(B) = t0 + about 22 us x B'),
  statement: measured(0.19, 'ms of a core', 'design, performance.md: 9.4k/s of 100 clients on two cores, less 22 us'),
  transitions: measured(0.0088, 'ms of a core a message', 'bench, list: three transitions 283 us beside 707 to accept'),
  bridge: measured(0.71, 'ms of a core a message', 'bench, journey: 0.12 cores at 169 messages/s'),
  window: measured(100, 'submit_sm of a bind', 'bench, smpp: window 100, 2,449/s where the SMSC answers after 40 ms'),
  smscAnswer: measured(40.8, 'ms', 'bench, smpp: window 100, 2,449/s where the SMSC answers after 40 ms'),
  sqsCall: assumed(10, 'ms', 'none of ours: SQS was never measured on AWS'),
  farSmsc: assumed(240, 'ms', 'an SMSC on another continent: 200 ms of way and 40 to answer'),
  writerCores: assumed(prod.database.capacity.max / 4, 'cores', 'infra/config.ts: 16 ACU at 2 GiB, 8 GiB to a core'),
  hotShare: assumed(0.5, 'of all messages', 'one client that sends as much as all others'),
  gatewayRate: setting(prod.api.throttle.rate, 'requests/s', 'infra/config.ts: prod.api.throttle.rate'),
  executions: setting(prod.api.reservedConcurrency ?? 0, 'at once', 'infra/config.ts: prod.api.reservedConcurrency'),
  tasks: setting(prod.bridge.tasks, 'tasks', 'infra/config.ts: prod.bridge.tasks'),
  receive: setting(10, 'messages', 'smpp-bridge: one receive at a time for a queue, of up to 10'),
  claim: setting(200, 'messages', 'smpp-bridge/src/delivery/pipeline.ts: claims of up to 200, gathered for 20 ms'),
  report: setting(100, 'outcomes', 'smpp-bridge/src/delivery/reporter.ts: up to 100, gathered for 50 ms'),
  settlers: setting(5, 'at once', 'infra/stacks/processing.ts: settle-outcomes, of 10 reports gathered for a second'),
} as const satisfies Record<string, Input>;

/** The inputs a line each, for whoever doubts the result. */
export const listInputs = (): string[] =>
  Object.entries(inputs).map(
    ([name, { value, unit, kind, source }]) => `${name}: ${value} ${unit} (${kind}: ${source})`,
  );
