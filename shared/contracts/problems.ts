import * as z from 'zod';

interface Kind {
  readonly status: number;
  readonly title: string;
  /** What the caller can do about it. */
  readonly fix: string;
}

/** Every error the API answers with. Codes are stable: clients branch on them. */
export const problems = {
  'body.malformed': { status: 400, title: 'The body is not JSON', fix: 'Send one JSON object, encoded in UTF-8.' },
  'body.too_large': { status: 413, title: 'The body is too large', fix: 'Send at most 256 KiB.' },
  'request.invalid': { status: 422, title: 'The request does not fit the contract', fix: 'See errors[].' },
  'message.not_gsm7': {
    status: 422,
    title: 'The text has characters that are not in the GSM 7-bit alphabet',
    fix: 'Remove them, or send encoding auto or ucs2.',
  },
  'message.too_long': {
    status: 422,
    title: 'The text needs more parts than allowed',
    fix: 'Shorten it or raise max_parts.',
  },
  'callback.refused': {
    status: 422,
    title: 'The callback URL is not one that may be called',
    fix: 'Give an https URL with a public host name.',
  },
  'idempotency.invalid': {
    status: 422,
    title: 'The idempotency key is not usable',
    fix: 'Send 1 to 255 visible ASCII characters.',
  },
  'auth.unauthorized': { status: 401, title: 'The credential is missing or unknown', fix: 'Send a valid X-API-Key.' },
  'auth.forbidden': {
    status: 403,
    title: 'The credential lacks the scope that this needs',
    fix: 'Use a key with that scope.',
  },
  'credit.insufficient': { status: 402, title: 'The credit does not cover the price', fix: 'Top up the account.' },
  'route.not_found': { status: 404, title: 'There is no such route', fix: 'See /openapi.json.' },
  'message.not_found': { status: 404, title: 'There is no such message', fix: 'Check the id.' },
  'account.not_found': { status: 404, title: 'There is no such account', fix: 'Ask the operator.' },
  'idempotency.mismatch': {
    status: 409,
    title: 'This idempotency key was used with another body',
    fix: 'Use a new key for a new request.',
  },
  'service.not_ready': {
    status: 503,
    title: 'A dependency does not answer',
    fix: 'Try again; see checks for which one.',
  },
  'service.fault': {
    status: 500,
    title: 'Something went wrong on our side',
    fix: 'Try again with the same Idempotency-Key; give request_id when you report it.',
  },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof problems;

const FieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 with a stable code. */
export const Problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** A refusal as a value, on its way to becoming an answer. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly code: ProblemCode;
  /** What was wrong with this request; the table's advice is added to it. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

export const refuse = (code: ProblemCode, detail: string, errors?: readonly FieldError[]): Refusal => ({
  outcome: 'refused',
  code,
  detail,
  ...(errors ? { errors } : {}),
});

export const problemOf = (refusal: Refusal, requestId: string): Problem => {
  const { status, title, fix } = problems[refusal.code];
  return {
    type: 'about:blank',
    title,
    status,
    detail: `${refusal.detail} ${fix}`.trim(),
    code: refusal.code,
    request_id: requestId,
    ...(refusal.errors ? { errors: [...refusal.errors] } : {}),
  };
};
