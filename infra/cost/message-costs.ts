import { resourcesOf, type Template } from '../templates.ts';
import type { CostLine } from './cost-line.ts';
import { type Call, type Measurement, type Phase, parseCall } from './measurement.ts';
import { priceCalls } from './price-calls.ts';
import { secondsOfMonth } from './prices.ts';

/** What cannot be counted on a laptop, and is taken for so much. */
export const assumptions = {
  /** A call of AWS as a function waits for it: 10 to 20 ms through the Data API. */
  millisecondsOfCall: 15,
  /** What a function does beside its calls. */
  millisecondsOfFunction: 5,
  /** Storage I/Os of Aurora a message; not measured. */
  databaseInputs: 4,
  /** START, END and REPORT, which Lambda logs for each invocation. */
  logBytesOfInvocation: 300,
  /** A line of the API's access log. */
  logBytesOfRequest: 500,
  /** Headers and bodies of one call of AWS, both ways, through the NAT. */
  natBytesOfCall: 4_000,
} as const;

/** X-Ray's default rule: one request a second, and 5 % of those beyond. */
const sampled = (requests: number): number =>
  Math.min(requests, secondsOfMonth + 0.05 * Math.max(0, requests - secondsOfMonth));

/** Pollers of queues stand in the dev cloud for Lambda's, which ask otherwise: only their batches are taken from them. */
const poller = /^awslambda_/;

/** What is in the network, and so reaches AWS through the NAT. */
const inNetwork = new Set(['smpp-bridge', 'notify-client']);

/** Calls of one message by caller, without what is asked when there is nothing to do. */
export const callsOfMessage = (
  { idle, schedules }: Measurement,
  phase: Phase,
): readonly (readonly [Call, times: number])[] =>
  Object.entries(phase.calls).flatMap(([key, times]) => {
    const call = parseCall(key);
    if (call.caller in schedules || call.caller === 'mux-bridge') return [];
    const withoutIdle = Math.max(0, times - ((idle.calls[key] ?? 0) / idle.seconds) * phase.seconds);
    return [[call, withoutIdle / phase.messages] as const];
  });

/** Invocations of one message by function: one of each at the door, and one a batch behind the queues. */
export const invocationsOf = (calls: ReturnType<typeof callsOfMessage>): ReadonlyMap<string, number> => {
  const batches = calls
    .filter(([{ caller, operation }]) => poller.test(caller) && operation === 'DeleteMessageBatch')
    .map(([{ caller }, times]) => [caller.replace(poller, ''), times] as const);
  return new Map([['authorize-request', 1], ['serve-api', 1], ...batches]);
};

const gigabytesOf = (templates: readonly Template[]): ReadonlyMap<string, number> =>
  new Map(
    resourcesOf(templates, 'AWS::Lambda::Function').map(([, { Properties }]) => [
      String(Properties.FunctionName).split('-').slice(2).join('-'),
      Number(Properties.MemorySize) / 1024,
    ]),
  );

const functions = (templates: readonly Template[], calls: ReturnType<typeof callsOfMessage>): CostLine[] => {
  const gigabytes = gigabytesOf(templates);
  return [...invocationsOf(calls)].flatMap(([name, invocations]) => {
    const made = calls
      .filter(([{ caller, operation }]) => caller === name && operation !== 'grouped')
      .reduce((sum, [, times]) => sum + times, 0);
    const { millisecondsOfCall, millisecondsOfFunction } = assumptions;
    const seconds = (invocations * millisecondsOfFunction + made * millisecondsOfCall) / 1000;
    return [
      { what: 'functions: requests', price: 'functionRequest', amount: invocations / 1e6 },
      { what: 'functions: time', price: 'functionGigabyteSecond', amount: seconds * (gigabytes.get(name) ?? 1) },
    ] as const;
  });
};

const asked = (calls: ReturnType<typeof callsOfMessage>): CostLine[] => {
  const own = calls.filter(([{ caller }]) => !poller.test(caller));
  // Lambda's pollers receive a batch and delete it.
  const polled = [...invocationsOf(calls)].slice(2).reduce((sum, [, batches]) => sum + 2 * batches, 0);
  return [...priceCalls('calls', own), { what: 'calls', price: 'queueRequest', amount: polled / 1e6 }];
};

/** The phase whose rate is nearest to an even flow of so many messages a month. */
export const phaseFor = ({ phases }: Measurement, messagesOfMonth: number): Phase => {
  const rate = Math.log(messagesOfMonth / secondsOfMonth);
  // One after the other is as much as one in some seconds.
  const distance = (phase: Phase) => Math.abs(rate - Math.log(phase.rate ?? 0.2));
  return phases.reduce((nearest, phase) => (distance(phase) < distance(nearest) ? phase : nearest));
};

/** What so many messages of one part, sent one a request and spread evenly over the month, cost in a stage. */
export const messageCosts = (
  templates: readonly Template[],
  measurement: Measurement,
  messagesOfMonth: number,
): CostLine[] => {
  const phase = phaseFor(measurement, messagesOfMonth);
  const calls = callsOfMessage(measurement, phase);
  const invocations = [...invocationsOf(calls).values()].reduce((sum, each) => sum + each, 0);
  const { databaseInputs, logBytesOfInvocation, logBytesOfRequest, natBytesOfCall } = assumptions;
  const logBytes = phase.log_bytes / phase.messages + logBytesOfRequest + invocations * logBytesOfInvocation;
  const throughNat = calls.filter(([{ caller }]) => inNetwork.has(caller)).reduce((sum, [, times]) => sum + times, 0);
  const hasFirewall = resourcesOf(templates, 'AWS::WAFv2::WebACL').length > 0;
  const each: readonly CostLine[] = [
    { what: 'API', price: 'apiRequest', amount: 1e-6 },
    { what: 'firewall', price: 'firewallRequest', amount: hasFirewall ? 1e-6 : 0 },
    ...functions(templates, calls),
    ...asked(calls),
    { what: 'database I/O', price: 'databaseInput', amount: databaseInputs / 1e6 },
    {
      what: 'database storage, a month of it',
      price: 'databaseStorage',
      amount: phase.database_bytes / phase.messages / 1e9,
    },
    { what: 'logs', price: 'logGigabyte', amount: logBytes / 1e9 },
    { what: 'NAT traffic', price: 'natGigabyte', amount: (throughNat * natBytesOfCall) / 1e9 },
  ];
  return [
    ...each.map((line) => ({ ...line, amount: line.amount * messagesOfMonth })),
    { what: 'traces', price: 'trace', amount: sampled(messagesOfMonth) / 1e6 },
  ];
};
