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
  'xml.refused': {
    status: 400,
    title: 'The XML is not of the kind that is read here',
    fix: 'Send elements, attributes and text alone, in UTF-8, without a DTD and entities: see docs/push.xsd.',
  },
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
  'tar.not_allowed': {
    status: 422,
    title: 'The client may not reach this application of a card',
    fix: 'Ask the operator to allow the TAR.',
  },
  'security.too_low': {
    status: 422,
    title: 'The card is secured by less than the application demands',
    fix: 'Ask the operator to raise the SPI of the card profile, or to lower what the TAR demands.',
  },
  'security.unsupported': {
    status: 422,
    title: 'No packet can be made by the profile and the keys of the card',
    fix: 'Ask the operator to mend the card profile.',
  },
  'card.unknown': { status: 422, title: 'There is no such card', fix: 'Check the ICCID or the number.' },
  'card.no_number': { status: 422, title: 'The card has no number now', fix: 'Ask the operator to import it.' },
  'card.no_keys': { status: 422, title: 'No keys of the card are known', fix: 'Ask the operator to import them.' },
  'card.stopped': {
    status: 409,
    title: 'Nothing is sent to the card any more',
    fix: 'Ask the operator to find out why it was stopped, and to release it.',
  },
  'apdu.malformed': {
    status: 422,
    title: 'A command is no APDU',
    fix: 'Send CLA, INS, P1, P2 and P3, and as many octets of data as P3 says, in hexadecimal.',
  },
  'parts.too_many': {
    status: 422,
    title: 'The packet takes more short messages than allowed',
    fix: 'Send fewer commands at once.',
  },
  'push.test_key': {
    status: 403,
    title: 'A test key cannot push to a card',
    fix: 'Send dry_run, or use another key.',
  },
  'callback.refused': {
    status: 422,
    title: 'The callback URL is not one that may be called',
    fix: 'Give an https URL with a public host name, at port 443.',
  },
  'idempotency.invalid': {
    status: 422,
    title: 'The idempotency key is not usable',
    fix: 'Send 1 to 255 visible ASCII characters.',
  },
  'receipt.signature': {
    status: 401,
    title: 'The signature is missing, wrong or too old, or there is no such provider',
    fix: 'Send Signalbox-Signature over the body, with the key of the provider and a time of the last five minutes.',
  },
  'auth.unauthorized': { status: 401, title: 'The credential is missing or unknown', fix: 'Send a valid X-API-Key.' },
  'auth.forbidden': {
    status: 403,
    title: 'The credential lacks the scope that this needs',
    fix: 'Use a key with that scope.',
  },
  'credit.insufficient': { status: 402, title: 'The credit does not cover the price', fix: 'Top up the account.' },
  'spend.cap_reached': {
    status: 402,
    title: 'The daily spend cap is reached',
    fix: 'Wait for the next day (UTC), or ask the operator to raise the cap.',
  },
  'recipient.opted_out': {
    status: 403,
    title: 'The recipient does not want messages from this client',
    fix: 'Do not send to this number.',
  },
  'sender.not_allowed': {
    status: 403,
    title: 'The client may not use this sender',
    fix: 'Use the default sender, or ask the operator to allow this one.',
  },
  'destination.not_allowed': {
    status: 403,
    title: 'The client may not send to this country',
    fix: 'Ask the operator to allow the country.',
  },
  'destination.velocity': {
    status: 403,
    title: 'Too many messages went to numbers that begin like this one within the hour',
    fix: 'Wait for the next hour, or ask the operator to raise the limit.',
  },
  'route.none': {
    status: 422,
    title: 'No route leads to this number',
    fix: 'Ask the operator for a route with a provider that is enabled.',
  },
  'route.unknown': { status: 404, title: 'There is no such route of messages', fix: 'Check the id.' },
  'route.conflict': {
    status: 409,
    title: 'Another route fits exactly the same messages',
    fix: 'Change that one, or name another prefix, client, kind or priority.',
  },
  'route.provider_unusable': {
    status: 422,
    title: 'A candidate is no provider that can be routed to',
    fix: 'Name providers that are there and enabled.',
  },
  'provider.not_found': { status: 404, title: 'There is no such provider', fix: 'Check the name.' },
  'provider.name_taken': {
    status: 409,
    title: 'There is a provider of this name',
    fix: 'Change that one, or take another name.',
  },
  'provider.address_refused': {
    status: 422,
    title: 'A provider cannot be at this address',
    fix: 'Give a host of the public internet.',
  },
  'provider.changed': { status: 409, title: 'The provider was changed meanwhile', fix: 'Send the request again.' },
  'provider.in_use': {
    status: 409,
    title: 'Routes lead to this provider',
    fix: 'Take it out of them first; to stop it at once, disable it.',
  },
  'rate.exceeded': {
    status: 429,
    title: 'Too many requests',
    fix: 'Wait as long as Retry-After says, then send the request again.',
  },
  'number.not_found': { status: 404, title: 'There is no such number', fix: 'Check the id.' },
  'number.taken': {
    status: 409,
    title: 'The number is somebody’s already',
    fix: 'Change the one that is there: GET /v1/admin/numbers finds it.',
  },
  'number.keywords': { status: 422, title: 'The number has too many keywords', fix: 'Remove some, by giving null.' },
  'route.not_found': { status: 404, title: 'There is no such route', fix: 'See /openapi.json.' },
  'message.not_found': { status: 404, title: 'There is no such message', fix: 'Check the id.' },
  'push.not_found': { status: 404, title: 'There is no such push', fix: 'Check the id.' },
  'card.not_found': { status: 404, title: 'There is no such card', fix: 'Check the ICCID.' },
  'tar_allowance.not_found': {
    status: 404,
    title: 'The client has no such allowance',
    fix: 'Check the TAR, and whose it is.',
  },
  'message.not_cancellable': {
    status: 409,
    title: 'The message can no longer be cancelled',
    fix: 'Only what is SCHEDULED or QUEUED, and has not been sent, can be.',
  },
  'cursor.not_found': {
    status: 404,
    title: 'There is no such cursor',
    fix: 'Give next_cursor of a page of this list, with the same filters; or begin again without one.',
  },
  'callback.not_found': { status: 404, title: 'There is no such callback', fix: 'Check the id.' },
  'callback.pending': {
    status: 409,
    title: 'The callback is being tried already',
    fix: 'Wait until it is DELIVERED or FAILED.',
  },
  'callback.no_url': {
    status: 409,
    title: 'There is no URL to call',
    fix: 'Set one with PUT /v1/callback-settings.',
  },
  'callback_secret.missing': {
    status: 409,
    title: 'There is no secret to sign callbacks with',
    fix: 'Make one with POST /v1/callback-settings/secret.',
  },
  'callback_secret.overlap': {
    status: 409,
    title: 'Two secrets are valid already',
    fix: 'End the overlap with DELETE /v1/callback-settings/secret/previous, or say in keep which of them stays.',
  },
  'callback_secret.not_found': {
    status: 404,
    title: 'There is no previous secret',
    fix: 'Nothing is to be done: one secret is valid at most.',
  },
  'opt_out.not_found': { status: 404, title: 'The number is not on the opt-out list', fix: 'Check the number.' },
  'erasure.not_found': { status: 404, title: 'There is no such erasure', fix: 'Check the id.' },
  'price.not_found': { status: 404, title: 'There is no such price', fix: 'Check the prefix, and whose list it is.' },
  'account.not_found': { status: 404, title: 'There is no such account', fix: 'Ask the operator.' },
  'credit.below_zero': {
    status: 409,
    title: 'The adjustment would take more than is available',
    fix: 'Take less: what is held for messages cannot be taken.',
  },
  'credit.beyond_limit': {
    status: 409,
    title: 'The client would have more credit than there may be',
    fix: 'Give less.',
  },
  'idempotency.mismatch': {
    status: 409,
    title: 'This idempotency key was used with another body',
    fix: 'Use a new key for a new request.',
  },
  'client.not_found': { status: 404, title: 'There is no such client', fix: 'Check the id.' },
  'client.own': {
    status: 409,
    title: 'A client cannot be suspended with a key of its own',
    fix: 'Use the key of another client with the scope admin.',
  },
  'api_key.not_found': { status: 404, title: 'There is no such API key', fix: 'Check the id.' },
  'api_key.not_active': {
    status: 409,
    title: 'The API key cannot be rotated any more',
    fix: 'Rotate the key that replaced it, or issue a new one.',
  },
  'cas_system.not_found': {
    status: 404,
    title: 'The client has no CA system',
    fix: 'Ask the operator to set one up.',
  },
  'cas_system.fixed': {
    status: 409,
    title: 'The id and the sections of a CA system that has had EMMs cannot change',
    fix: 'Leave them as they are; another CA system is another client’s.',
  },
  'cas_system.too_large': {
    status: 422,
    title: 'The CA system would have too many packages, keywords or numbers',
    fix: 'Take some away.',
  },
  'cas_package.in_use': {
    status: 409,
    title: 'Cards are entitled to the package',
    fix: 'Give its product another code, or wait until nobody is entitled to it.',
  },
  'cas_package.product_taken': {
    status: 409,
    title: 'Another package has this product',
    fix: 'Take the other package away first, in a request of its own.',
  },
  'cas_number.taken': {
    status: 409,
    title: 'Texts to this number are another client’s',
    fix: 'Name other first words, or another number.',
  },
  'cas_card.not_found': { status: 404, title: 'There is no such card', fix: 'Check its number.' },
  'cas_group.not_found': { status: 404, title: 'There is no such group', fix: 'Check its number, or make it first.' },
  'cas_sender.not_barred': { status: 404, title: 'The telephone is not barred', fix: 'Check the number.' },
  'cas_request.not_found': { status: 404, title: 'There is no such request', fix: 'Check the id.' },
  'carousel.not_found': { status: 404, title: 'There is no such carousel', fix: 'Check the id.' },
  'emm.not_found': { status: 404, title: 'There is no such EMM', fix: 'Check the id.' },
  'emm.no_key': {
    status: 409,
    title: 'The CA system has no key to encrypt with yet',
    fix: 'Try again in some minutes: the first key is made within five.',
  },
  'emm.too_long': {
    status: 422,
    title: 'The EMM would not fit a section of 256 octets',
    fix: 'Send fewer commands, or several EMMs of different kinds.',
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
  /** Beside those of every refusal: Retry-After, say. */
  readonly headers?: Readonly<Record<string, string>>;
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
