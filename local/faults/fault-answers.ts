/** An answer that the proxy gives in a service's name. */
export interface FaultAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json10 = 'application/x-amz-json-1.0';
const json11 = 'application/x-amz-json-1.1';
const restJson = 'application/json';

const contentTypes: Readonly<Record<string, string>> = {
  sqs: json10,
  dynamodb: json10,
  kms: json11,
  secretsmanager: json11,
  'rds-data': restJson,
};

const error = (service: string, status: number, name: string, message: string): FaultAnswer => ({
  status,
  headers: {
    'content-type': contentTypes[service] ?? restJson,
    'x-amzn-errortype': name,
    ...(service === 'sqs' && { 'x-amzn-query-error': `${name};${status < 500 ? 'Sender' : 'Receiver'}` }),
  },
  body: JSON.stringify({ __type: name, message }),
});

/** How each service says that it was asked too often (its API reference, "Common errors"). */
const throttles: Readonly<Record<string, readonly [number, string]>> = {
  sqs: [400, 'RequestThrottled'],
  dynamodb: [400, 'ProvisionedThroughputExceededException'],
  kms: [400, 'ThrottlingException'],
  secretsmanager: [400, 'ThrottlingException'],
  'rds-data': [429, 'ThrottlingException'],
};

export const throttled = (service: string): FaultAnswer => {
  const [status, name] = throttles[service] ?? [400, 'ThrottlingException'];
  return error(service, status, name, 'Rate exceeded');
};

const failures: Readonly<Record<string, string>> = {
  sqs: 'InternalFailure',
  dynamodb: 'InternalServerError',
  kms: 'KMSInternalException',
  secretsmanager: 'InternalServiceError',
  'rds-data': 'InternalServerErrorException',
};

export const failed = (service: string): FaultAnswer =>
  error(service, 500, failures[service] ?? 'InternalFailure', 'An internal error occurred.');

/** What Aurora's Data API says while a cluster that had paused wakes up (RDS Data API reference, ExecuteStatement). */
export const resuming = (service: string): FaultAnswer =>
  error(service, 400, 'DatabaseResumingException', 'The Aurora DB instance is resuming after being auto-paused.');

const idsIn = (body: string): string[] => {
  const { Entries = [] } = JSON.parse(body) as { Entries?: readonly { Id: string }[] };
  return Entries.map(({ Id }) => Id);
};

/** Success of an operation of SQS that gives nothing back. */
export const swallowed = (operation: string, body: string): FaultAnswer => ({
  status: 200,
  headers: { 'content-type': json10 },
  body: operation.endsWith('Batch')
    ? JSON.stringify({ Successful: idsIn(body).map((Id) => ({ Id })), Failed: [] })
    : '{}',
});
