import { type SigningKey, signRequest, type UnsignedRequest } from './sign-request.ts';

/** What AWS answered instead of a result, under its own name for it. */
export class AwsRefusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'AwsRefusal';
    this.code = code;
  }
}

/** One account in one region, by the three protocols that its services speak. Each throws AwsRefusal, or Error when there is no answer. */
export interface AwsApi {
  readonly region: string;
  /** Where a service answers. */
  endpoint(service: string): string;
  /** The query protocol: a form, answered in XML. */
  query(
    service: string,
    version: string,
    action: string,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** AWS JSON 1.1: an operation named by a header. */
  json(service: string, target: string, body: object): Promise<unknown>;
  /** REST: a path. */
  rest(service: string, path: string): Promise<unknown>;
}

export interface AwsApiOptions {
  readonly region: string;
  readonly key: SigningKey;
  /** `AWS_ENDPOINT_URL_STS` and so on, or `AWS_ENDPOINT_URL`, as AWS's own clients know them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What the variables of an endpoint call a service, where it is not its host name. AWS SDKs reference, "Service-specific endpoints". */
const variableNames: Readonly<Record<string, string>> = {
  'rds-data': 'RDS_DATA',
  secretsmanager: 'SECRETS_MANAGER',
  servicequotas: 'SERVICE_QUOTAS',
};

const patience = 10_000;

const endpointOf = ({ region, environment }: AwsApiOptions, service: string): string =>
  environment[`AWS_ENDPOINT_URL_${variableNames[service] ?? service.toUpperCase()}`] ??
  environment.AWS_ENDPOINT_URL ??
  `https://${service}.${region}.amazonaws.com`;

/** The first text of an element. */
export const textOf = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];

const refusalOf = (status: number, text: string): AwsRefusal => {
  if (text.trimStart().startsWith('<'))
    return new AwsRefusal(textOf(text, 'Code') ?? String(status), textOf(text, 'Message') ?? `status ${status}`);
  try {
    const { __type: type, message, Message } = JSON.parse(text) as Record<string, string | undefined>;
    return new AwsRefusal(type?.split('#').at(-1) ?? String(status), message ?? Message ?? `status ${status}`);
  } catch {
    return new AwsRefusal(String(status), `status ${status}`);
  }
};

const send = async (options: AwsApiOptions, service: string, request: UnsignedRequest): Promise<string> => {
  const headers = signRequest(request, { service, region: options.region, at: new Date() }, options.key);
  const answer = await fetch(request.url, {
    method: request.method,
    headers,
    ...(request.method === 'POST' && { body: request.body }),
    signal: AbortSignal.timeout(patience),
  });
  const text = await answer.text();
  if (!answer.ok) throw refusalOf(answer.status, text);
  return text;
};

export const connectAws = (options: AwsApiOptions): AwsApi => {
  const at = (service: string, path = '/') => new URL(path, endpointOf(options, service));
  const post = (service: string, headers: Record<string, string>, body: string) =>
    send(options, service, { method: 'POST', url: at(service), headers, body });
  return {
    region: options.region,
    endpoint: (service) => endpointOf(options, service),
    query: (service, version, action, parameters = {}) =>
      post(
        service,
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({ Action: action, Version: version, ...parameters }).toString(),
      ),
    json: async (service, target, body) =>
      JSON.parse(
        await post(
          service,
          { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
          JSON.stringify(body),
        ),
      ) as unknown,
    rest: async (service, path) =>
      JSON.parse(
        await send(options, service, { method: 'GET', url: at(service, path), headers: {}, body: '' }),
      ) as unknown,
  };
};
