import type { DecidedRequest } from '#shared/adapters/cas/apply-cas-decision.ts';
import type { KnownCard, TakenRequest } from '#shared/adapters/cas/take-cas-request.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { type CasDecision, decideCasRequest } from '#shared/domain/cas/decide-request.ts';
import { usualKeywords } from '#shared/domain/cas/grammar.ts';
import { parseCasRequest } from '#shared/domain/cas/parse-request.ts';
import { replyText } from '#shared/domain/cas/reply-text.ts';
import { usualLimits, weighFlood } from '#shared/domain/cas/weigh-flood.ts';
import { countryOf } from '#shared/domain/phone-number.ts';
import { countParts } from '#shared/domain/text/segment.ts';

/** What generating EMMs does to the world. Every call may be repeated. */
export interface CasWorld {
  now(): Date;
  /** UUID v7 of now. */
  newId(): string;
  /** Null: it is processed, or there is none. */
  take(id: string): Promise<TakenRequest | null>;
  readFirst(
    id: string,
  ): Promise<{ readonly id: string; readonly verdict: string | null; readonly response: string | null } | null>;
  readCard(clientId: string, card: string, box: string | null): Promise<KnownCard>;
  /** False: something has changed meanwhile, and it is to be looked at again. */
  apply(decided: DecidedRequest): Promise<boolean>;
  /** Seals and stores the EMMs of a request, and says how many are new. */
  seal(requestId: string): Promise<number>;
  /** Accepts the answer and puts it on its queue. @returns why it may not be sent; null when it may. */
  answer(message: NewMessage): Promise<string | null>;
  finish(id: string, replyRefusal: string | null): Promise<void>;
}

export interface Generated {
  readonly verdict: string;
  readonly emms: number;
  readonly replyRefusal: string | null;
}

const unknownCard: KnownCard = { state: null, version: 0, on_air_seconds: null, is_box_taken: false };

/** Under a test key it is only tried: nothing changes, and no EMM is made. */
const effective = ({ change, ...rest }: CasDecision, isTest: boolean): CasDecision =>
  isTest ? { ...rest, change: { emms: [] } } : { ...rest, change };

const decide = async (world: CasWorld, request: TakenRequest): Promise<DecidedRequest> => {
  const { id, client_id, sender, limits, asking } = request;
  const keywords = [...usualKeywords, ...request.keywords];
  const parsed = parseCasRequest(request.message, { keywords, packages: request.packages });
  const asked = parsed.outcome === 'asked' ? parsed.asked : null;
  const card = asked && 'card' in asked ? asked.card : null;
  const box = asked?.command === 'pair' ? asked.box : null;
  const known = card === null ? unknownCard : await world.readCard(client_id, card, box);
  const flood = weighFlood(asking, { ...usualLimits, ...limits });
  const situation = { ...known, now: world.now(), sender, flood, is_sender_barred: request.is_sender_barred };
  const decision = effective(decideCasRequest(parsed, { ...situation, card: known.state }), request.is_test);
  const said = parsed.outcome === 'asked' ? parsed.asked.language : parsed.language;
  const language = said ?? known.state?.language ?? request.language;
  return {
    id,
    client_id,
    verdict: decision.verdict,
    is_refused: decision.is_refused,
    card,
    version: known.version,
    response: decision.reply && replyText(decision.reply, language),
    reply_id: world.newId(),
    duplicate_of: null,
    change: decision.change,
  };
};

/** A repetition gets the first one's answer; while that is being worked out it is the answer to both. */
const repeat = async (world: CasWorld, { id, client_id }: TakenRequest): Promise<DecidedRequest> => {
  const first = await world.readFirst(id);
  return {
    id,
    client_id,
    verdict: 'repeated',
    is_refused: false,
    card: null,
    version: 0,
    response: first?.response ?? null,
    reply_id: world.newId(),
    duplicate_of: first?.id ?? null,
    change: { emms: [] },
  };
};

/** As often as a card may change while a decision about it is being taken; then it is a fault, and tried again later. */
const mostLooks = 5;

/** The request as it was decided, by this call or by an earlier one. */
const settle = async (world: CasWorld, id: string): Promise<TakenRequest | null> => {
  for (let look = 0; look < mostLooks; look += 1) {
    const request = await world.take(id);
    if (!request || request.decided_at) return request;
    await world.apply(await (request.is_first ? decide(world, request) : repeat(world, request)));
  }
  throw new Error('The card changes faster than it can be decided about');
};

const answerValiditySeconds = 24 * 3600;

const toMessage = (request: TakenRequest, id: string, body: string): NewMessage => {
  const counted = countParts(body, 'auto');
  return {
    id,
    client_id: request.client_id,
    recipient: request.sender,
    country: countryOf(request.sender) ?? null,
    sender: request.recipient,
    body,
    encoding: counted.outcome === 'counted' ? counted.encoding : 'ucs2',
    locking_shift: null,
    single_shift: null,
    parts: 1,
    data_coding: null,
    protocol_id: null,
    udh_hex: null,
    priority: 'high',
    send_at: null,
    validity_seconds: answerValiditySeconds,
    callback_url: null,
    reference: `cas-${request.id}`,
    metadata: null,
    is_test: request.is_test,
    correlation_id: request.correlation_id,
  };
};

/**
 * Carries a request through: it is decided once, its EMMs are sealed, then its answer is sent, under an id that was
 * chosen with the decision. Interrupted anywhere, and asked again, it goes on where it was.
 *
 * @returns null when it has been processed before.
 */
export const generateEmm = async (world: CasWorld, id: string): Promise<Generated | null> => {
  const request = await settle(world, id);
  if (!request) return null;
  const emms = await world.seal(id);
  const { response, reply_id } = request;
  const replyRefusal =
    response === null || reply_id === null ? null : await world.answer(toMessage(request, reply_id, response));
  await world.finish(id, replyRefusal);
  return { verdict: request.verdict ?? 'unknown', emms, replyRefusal };
};
