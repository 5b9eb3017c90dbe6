/** One list price in US dollars. */
export interface Price {
  readonly usd: number;
  /** What so much is paid for. */
  readonly per: string;
  /** Where it was read. */
  readonly source: string;
  /** False where no copy of a price list was at hand: look it up before relying on it. */
  readonly confirmed: boolean;
}

/** When the list was put together, and for where: the region whose prices AWS's own examples use. */
export const listed = { on: '2026-11-21', region: 'us-east-1' } as const;

const read = (usd: number, per: string, source: string): Price => ({ usd, per, source, confirmed: true });
const remembered = (usd: number, per: string, source: string): Price => ({ usd, per, source, confirmed: false });

/** Without free tiers and volume discounts: what a busy account pays for one more. */
export const prices = {
  apiRequest: read(3.5, 'million requests', 'AWS whitepaper on private REST APIs, table 4'),
  firewallAcl: remembered(5, 'month', 'aws.amazon.com/waf/pricing'),
  firewallRule: remembered(1, 'month', 'aws.amazon.com/waf/pricing'),
  firewallRequest: remembered(0.6, 'million requests', 'aws.amazon.com/waf/pricing'),
  functionRequest: read(0.2, 'million requests', 'a guide to Lambda pricing, read November 2026'),
  functionGigabyteSecond: read(0.000_013_333_4, 'GB-second, Arm', 'a guide to Lambda pricing, read November 2026'),
  queueRequest: read(0.4, 'million requests', 'cloudburn.io/blog/amazon-sqs-pricing, March 2026'),
  fairQueueRequest: read(
    0.1,
    'million sends with a group, in addition',
    'cloudburn.io/blog/amazon-sqs-pricing, March 2026',
  ),
  tableWrite: read(0.625, 'million write units', 'airbyte.com, DynamoDB pricing, July 2025'),
  tableRead: read(0.125, 'million read units', 'airbyte.com, DynamoDB pricing, July 2025'),
  dataApiRequest: remembered(0.35, 'million requests', 'aws.amazon.com/rds/aurora/pricing'),
  databaseUnitHour: read(0.12, 'ACU-hour', 'awsnegotiations.com, Aurora Serverless v2 pricing, May 2026'),
  databaseInput: read(0.2, 'million I/Os', 'aws.amazon.com/rds/aurora/pricing, as quoted by deepakkarkala.com'),
  databaseStorage: read(0.1, 'GB-month', 'aws.amazon.com/rds/aurora/pricing, as quoted by deepakkarkala.com'),
  taskCpuHour: read(0.032_38, 'vCPU-hour, Arm', 'vantage.sh/blog/fargate-pricing'),
  taskMemoryHour: read(0.003_56, 'GB-hour, Arm', 'vantage.sh/blog/fargate-pricing'),
  natHour: read(0.045, 'gateway-hour', 'cloudburn.io/blog/aws-nat-gateway-pricing, February 2026'),
  natGigabyte: read(0.045, 'GB', 'cloudburn.io/blog/aws-nat-gateway-pricing, February 2026'),
  addressHour: read(0.005, 'public address-hour', 'cloudburn.io/blog/aws-nat-gateway-pricing, February 2026'),
  endpointHour: remembered(0.01, 'interface endpoint and zone, an hour', 'aws.amazon.com/privatelink/pricing'),
  zoneMonth: remembered(0.5, 'private DNS zone, a month', 'aws.amazon.com/route53/pricing'),
  keyMonth: read(1, 'key-month', 'cloudburn.io/blog/aws-kms-pricing, March 2026'),
  keyRequest: read(3, 'million requests', 'wring.co/blog/aws-kms-pricing-guide'),
  secretMonth: remembered(0.4, 'secret-month', 'aws.amazon.com/secrets-manager/pricing'),
  secretRequest: remembered(5, 'million requests', 'aws.amazon.com/secrets-manager/pricing'),
  alarmMetric: remembered(0.1, 'metric of an alarm, a month', 'aws.amazon.com/cloudwatch/pricing'),
  compositeAlarm: remembered(0.5, 'composite alarm, a month', 'aws.amazon.com/cloudwatch/pricing'),
  customMetric: read(0.3, 'custom metric, a month', 'signoz.io/guides/cloudwatch-pricing, February 2026'),
  dashboard: read(3, 'dashboard, a month', 'factualminds.com, CloudWatch pricing, June 2026'),
  logGigabyte: read(0.5, 'GB taken in', 'factualminds.com, CloudWatch pricing, June 2026'),
  trace: remembered(5, 'million traces', 'aws.amazon.com/xray/pricing'),
  scheduledRun: remembered(1, 'million runs', 'aws.amazon.com/eventbridge/pricing'),
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof prices;

/** AWS's own month. */
export const hoursOfMonth = 730;
export const secondsOfMonth = 3600 * hoursOfMonth;
