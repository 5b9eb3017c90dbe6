/**
 * Where Aurora PostgreSQL has both Serverless v2 and the Data API, which is what decides: Lambda, Fargate, SQS, DynamoDB,
 * KMS and EventBridge Scheduler are in all of them. Amazon Aurora User Guide, "Supported Regions and Aurora DB engines
 * for RDS Data API", November 2026; the copy at hand ended in Asia, so that for the others `npm run doctor` has the last
 * word: it asks the region itself. To add a region, look there first.
 */
export const supportedRegions: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'af-south-1',
  'ap-east-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-5',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'me-south-1',
  'sa-east-1',
];

/** From which minor version on the Data API takes Aurora PostgreSQL, by major version; the same page. */
export const leastEngineVersions: Readonly<Record<string, number>> = { 16: 1, 17: 4, 18: 3 };

const gibibytes = (first: number, last: number, step: number): readonly number[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, i) => 1024 * (first + i * step));

/** MiB of memory that a Fargate task may have, by its CPU units. Amazon ECS Developer Guide, "Task CPU and memory". */
export const fargateSizes: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gibibytes(1, 4, 1),
  1024: gibibytes(2, 8, 1),
  2048: gibibytes(4, 16, 1),
  4096: gibibytes(8, 30, 1),
  8192: gibibytes(16, 60, 4),
  16384: gibibytes(32, 120, 8),
};
