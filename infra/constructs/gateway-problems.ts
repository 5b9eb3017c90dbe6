import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ProblemCode, problems } from '../../shared/contracts/problems.ts';

interface Answer {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
}

/** In the words of the table from which serve-api answers. */
const inWordsOf = (code: ProblemCode): Answer => {
  const { status, title, fix } = problems[code];
  return { status, title, detail: fix, code };
};

/** Only the gateway can say these, so they are not in the table. */
const timeout: Answer = {
  status: 504,
  title: 'The answer took too long',
  detail: 'It may have been accepted: send it again with the same Idempotency-Key.',
  code: 'service.timeout',
};
const malformed: Answer = {
  status: 400,
  title: 'The request could not be read',
  detail: 'Compare it with /openapi.json.',
  code: 'request.malformed',
};
const unsupported: Answer = {
  status: 415,
  title: 'The body is of a kind that is not read here',
  detail: 'Send application/json.',
  code: 'body.unsupported_media_type',
};

const answers: readonly (readonly [ResponseType, Answer])[] = [
  [ResponseType.UNAUTHORIZED, inWordsOf('auth.unauthorized')],
  [ResponseType.ACCESS_DENIED, inWordsOf('auth.forbidden')],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, inWordsOf('route.not_found')],
  [ResponseType.RESOURCE_NOT_FOUND, inWordsOf('route.not_found')],
  [ResponseType.REQUEST_TOO_LARGE, inWordsOf('body.too_large')],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, unsupported],
  [ResponseType.THROTTLED, inWordsOf('rate.exceeded')],
  [ResponseType.QUOTA_EXCEEDED, inWordsOf('rate.exceeded')],
  [ResponseType.INTEGRATION_TIMEOUT, timeout],
  [ResponseType.AUTHORIZER_FAILURE, inWordsOf('service.fault')],
  [ResponseType.DEFAULT_4XX, malformed],
  [ResponseType.DEFAULT_5XX, inWordsOf('service.fault')],
];

/** Makes the gateway's own refusals RFC 9457 problems, each with the request's id in its body and its header. */
export const addGatewayProblems = (api: RestApi): void => {
  for (const [type, { status, title, detail, code }] of answers) {
    const problem = { type: 'about:blank', title, status, detail, code, request_id: '$context.requestId' };
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: `${status}`,
      responseHeaders: {
        'content-type': "'application/problem+json'",
        'x-request-id': 'context.requestId',
        ...(status === 429 && { 'retry-after': "'1'" }),
      },
      templates: { 'application/json': JSON.stringify(problem) },
    });
  }
};
