import type { Call, Gate } from './gate.ts';

/** An answer other than success, under the name that the SDK turns into its exception. */
export class AwsError extends Error {
  readonly status: number;
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** Thrown to break the caller's connection without an answer: what a timeout or a dying host looks like. */
export class ConnectionLost extends Error {
  constructor() {
    super('The connection was lost.');
    this.name = 'ConnectionLost';
  }
}

/** SigV4: `AWS4-HMAC-SHA256 Credential=<access key>/<date>/<region>/<service>/aws4_request, ...`. */
const credential = /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/;

/**
 * Who sent a request, by its SigV4 header. The signature itself is not checked: keys are only issued on this machine.
 *
 * @throws AwsError as AWS answers a request without a token, for another service, or with a key it never issued.
 */
export const identifyCaller = (gate: Gate, service: string, authorization: string | undefined): string => {
  if (!authorization) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  const [, accessKeyId = '', , , scope] = credential.exec(authorization) ?? [];
  if (scope !== service) {
    throw new AwsError('SignatureDoesNotMatch', `Credential should be scoped to correct service: '${service}'.`, 403);
  }
  const principal = gate.identify(accessKeyId);
  if (principal === undefined) {
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
  }
  return principal;
};

/** @throws AwsError AccessDeniedException, saying what is missing, when the gate does not allow the call. */
export const demand = (gate: Pick<Gate, 'authorize'>, call: Call, status = 400): void => {
  const verdict = gate.authorize(call);
  if (verdict.allowed) return;
  const { principal, action, resource } = verdict.call ?? call;
  const message = `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${verdict.reason}`;
  throw new AwsError('AccessDeniedException', message, status);
};
