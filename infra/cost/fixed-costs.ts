import { resourcesOf, type Template } from '../templates.ts';
import type { CostLine } from './cost-line.ts';
import { type Measurement, parseCall } from './measurement.ts';
import { priceCalls } from './price-calls.ts';
import { hoursOfMonth, secondsOfMonth } from './prices.ts';

type Properties = Readonly<Record<string, unknown>>;

const all = (templates: readonly Template[], type: string): readonly Properties[] =>
  resourcesOf(templates, type).map(([, { Properties }]) => Properties);

const count = (templates: readonly Template[], type: string): number => all(templates, type).length;

const tasks = (templates: readonly Template[]): CostLine[] => {
  const definitions = new Map(resourcesOf(templates, 'AWS::ECS::TaskDefinition'));
  return all(templates, 'AWS::ECS::Service').flatMap(({ ServiceName, DesiredCount, TaskDefinition }) => {
    const { Cpu, Memory } = definitions.get((TaskDefinition as { readonly Ref: string }).Ref)?.Properties ?? {};
    const hours = Number(DesiredCount) * hoursOfMonth;
    const what = `${String(ServiceName).split('-').slice(2).join('-')}, ${Number(DesiredCount)} tasks`;
    return [
      { what: `${what}: CPU`, price: 'taskCpuHour', amount: (hours * Number(Cpu)) / 1024 },
      { what: `${what}: memory`, price: 'taskMemoryHour', amount: (hours * Number(Memory)) / 1024 },
    ] as const;
  });
};

const database = (templates: readonly Template[]): CostLine[] => {
  const [cluster = {}] = all(templates, 'AWS::RDS::DBCluster');
  const { MinCapacity } = cluster.ServerlessV2ScalingConfiguration as { readonly MinCapacity: number };
  const instances = count(templates, 'AWS::RDS::DBInstance');
  const what = `database, ${instances} at its least, ${MinCapacity} ACU`;
  return [{ what, price: 'databaseUnitHour', amount: instances * MinCapacity * hoursOfMonth }];
};

const network = (templates: readonly Template[]): CostLine[] => {
  const gateways = count(templates, 'AWS::EC2::NatGateway');
  const addresses = count(templates, 'AWS::EC2::EIP');
  const endpoints = all(templates, 'AWS::EC2::VPCEndpoint')
    .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface')
    .reduce((sum, { SubnetIds }) => sum + (SubnetIds as readonly unknown[]).length, 0);
  const zones = count(templates, 'AWS::ServiceDiscovery::PrivateDnsNamespace');
  return [
    { what: `private DNS zones, ${zones}`, price: 'zoneMonth', amount: zones },
    { what: `NAT gateways, ${gateways}`, price: 'natHour', amount: gateways * hoursOfMonth },
    { what: `fixed addresses, ${addresses}`, price: 'addressHour', amount: addresses * hoursOfMonth },
    { what: `interface endpoints, ${endpoints}`, price: 'endpointHour', amount: endpoints * hoursOfMonth },
  ];
};

const firewall = (templates: readonly Template[]): CostLine[] => {
  const acls = all(templates, 'AWS::WAFv2::WebACL');
  const rules = acls.reduce((sum, { Rules }) => sum + (Rules as readonly unknown[]).length, 0);
  return [
    { what: `firewalls, ${acls.length}`, price: 'firewallAcl', amount: acls.length },
    { what: `rules of firewalls, ${rules}`, price: 'firewallRule', amount: rules },
  ];
};

/** An alarm is paid by the metrics that it looks at; an anomaly's band is two more. */
const metricsOf = ({ Metrics }: Properties): number => {
  const looked = (Metrics ?? [{ MetricStat: {} }]) as readonly {
    readonly MetricStat?: object;
    readonly Expression?: string;
  }[];
  const bands = looked.filter(({ Expression }) => Expression?.includes('ANOMALY_DETECTION_BAND')).length;
  return looked.filter(({ MetricStat }) => MetricStat).length + 2 * bands;
};

const watching = (templates: readonly Template[], { custom_metrics: customMetrics }: Measurement): CostLine[] => {
  const alarms = all(templates, 'AWS::CloudWatch::Alarm');
  const metrics = alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0);
  const composites = count(templates, 'AWS::CloudWatch::CompositeAlarm');
  const dashboards = count(templates, 'AWS::CloudWatch::Dashboard');
  return [
    { what: `alarms, ${alarms.length} over ${metrics} metrics`, price: 'alarmMetric', amount: metrics },
    { what: `composite alarms, ${composites}`, price: 'compositeAlarm', amount: composites },
    { what: `dashboards, ${dashboards}`, price: 'dashboard', amount: dashboards },
    { what: `custom metrics, ${customMetrics}`, price: 'customMetric', amount: customMetrics },
  ];
};

const keeping = (templates: readonly Template[]): CostLine[] => {
  const keys = count(templates, 'AWS::KMS::Key');
  const secrets = count(templates, 'AWS::SecretsManager::Secret');
  return [
    { what: `KMS keys, ${keys}`, price: 'keyMonth', amount: keys },
    { what: `secrets, ${secrets}`, price: 'secretMonth', amount: secrets },
  ];
};

const minutesOf: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };

/** Of `rate(5 minutes)`; a `cron(...)` here is one that runs daily. */
export const runsOfMonth = (expression: string): number => {
  const [, every, unit = ''] = /^rate\((\d+) (\w+?)s?\)$/.exec(expression) ?? [];
  return secondsOfMonth / 60 / (every === undefined ? 1440 : Number(every) * (minutesOf[unit] ?? 1));
};

const scheduling = (templates: readonly Template[], { schedules }: Measurement): CostLine[] =>
  all(templates, 'AWS::Scheduler::Schedule').flatMap(({ Name, ScheduleExpression }) => {
    const runs = runsOfMonth(String(ScheduleExpression));
    const name = String(Name).split('-').slice(2).join('-');
    const calls = Object.entries(schedules[name] ?? {}).map(([key, times]) => [parseCall(key), times * runs] as const);
    return [
      { what: 'schedules', price: 'scheduledRun', amount: runs / 1e6 } as const,
      { what: 'schedules', price: 'functionRequest', amount: runs / 1e6 } as const,
      ...priceCalls('schedules', calls),
    ];
  });

/** Connections with which Lambda asks a queue that is empty, each answered after 20 seconds: Lambda starts with five. */
const idlePollers = 5;
const longPollSeconds = 20;

const waiting = (templates: readonly Template[], { idle }: Measurement): CostLine[] => {
  const mappings = count(templates, 'AWS::Lambda::EventSourceMapping');
  const services = new Map(
    all(templates, 'AWS::ECS::Service').map(({ ServiceName, DesiredCount }) => [
      String(ServiceName).split('-').slice(2).join('-'),
      Number(DesiredCount),
    ]),
  );
  // The dev cloud runs one task of each.
  const calls = Object.entries(idle.calls).map(([key, times]) => {
    const call = parseCall(key);
    return [call, (times * secondsOfMonth * (services.get(call.caller) ?? 0)) / idle.seconds] as const;
  });
  const polls = (mappings * idlePollers * secondsOfMonth) / longPollSeconds / 1e6;
  return [
    { what: `queues asked for nothing, by ${mappings} mappings`, price: 'queueRequest', amount: polls },
    ...priceCalls('tasks with nothing to do', calls),
  ];
};

/** Lines of the same name and price as one; those of nothing are left out. */
const merged = (lines: readonly CostLine[]): CostLine[] => {
  const sums = new Map<string, CostLine>();
  for (const line of lines) {
    const key = `${line.what}\n${line.price}`;
    sums.set(key, { ...line, amount: line.amount + (sums.get(key)?.amount ?? 0) });
  }
  return [...sums.values()].filter(({ amount }) => amount > 0);
};

/** What a stage costs a month before the first message, by what its templates hold. */
export const fixedCosts = (templates: readonly Template[], measurement: Measurement): CostLine[] =>
  merged([
    ...tasks(templates),
    ...database(templates),
    ...network(templates),
    ...firewall(templates),
    ...keeping(templates),
    ...watching(templates, measurement),
    ...scheduling(templates, measurement),
    ...waiting(templates, measurement),
  ]);
