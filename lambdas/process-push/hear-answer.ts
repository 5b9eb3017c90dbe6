import { randomUUID } from 'node:crypto';
import type { AnswerablePush, AnswerRecord, InboundAnswer } from '#shared/adapters/card-answers.ts';
import type { CardHsm } from '#shared/adapters/hsm/connect-hsm.ts';
import { type RecognizedResponse, recognizeResponse } from '#shared/domain/ota/recognize-response.ts';
import type { ResponsePacket } from '#shared/domain/ota/response-packet.ts';
import { judgeAnswer } from './judge-answer.ts';
import { toHsmRequest } from './to-hsm-request.ts';

type Octets = Pick<InboundAnswer, 'udh_hex' | 'data_hex'>;

/** What is done when a card has answered; each step commits for itself, and may be repeated. */
export interface Answers {
  read(inboundId: string): Promise<InboundAnswer | null>;
  /** Lets the counter of the push's keyset jump beyond this push's. */
  jump(push: AnswerablePush): Promise<void>;
  /** Stops the card, and sees to it that somebody is told. */
  stop(push: AnswerablePush, reason: string): Promise<void>;
  record(push: AnswerablePush, inboundId: string, answer: AnswerRecord): Promise<void>;
  postpone(push: AnswerablePush, inboundId: string, status: number): Promise<void>;
}

export type Heard =
  /** No answer of a card, or one of a push that is not known. */
  | { readonly outcome: 'not-for-us' }
  /** Looks like an answer, and no key opens it. */
  | { readonly outcome: 'not-authentic'; readonly iccid: string }
  | { readonly outcome: 'later'; readonly afterMs: number }
  | { readonly outcome: 'heard'; readonly push: AnswerablePush; readonly failure: string | null };

const recognize = ({ udh_hex, data_hex }: Octets): RecognizedResponse | null =>
  recognizeResponse(Buffer.from(udh_hex + data_hex, 'hex'), udh_hex !== '');

/** The keys are the same for all pushes to a card: which of them is answered is told by the counter, which it repeats. */
const isAbout = ({ counter, authenticated }: ResponsePacket, sent: bigint): boolean =>
  counter === sent || (counter === 0n && !authenticated);

const conclude = async (
  answers: Answers,
  push: AnswerablePush,
  inboundId: string,
  judged: ReturnType<typeof judgeAnswer>,
) => {
  if (judged.outcome === 'follows') {
    await answers.postpone(push, inboundId, judged.status);
    return null;
  }
  // The effects first: repeated after a crash they do no harm, while an answer that is recorded is not heard again.
  if (judged.effect === 'jump') await answers.jump(push);
  if (judged.effect === 'stop') await answers.stop(push, judged.record.failure ?? 'card');
  await answers.record(push, inboundId, judged.record);
  return judged.record.failure;
};

/**
 * Opens an inbound message as the answer to one of the pushes to its sender: the newest with its TAR that it proves to
 * belong to, or whose error it is in clear. The HSM's faults are thrown: opening uses no counter and may be repeated.
 */
export const hearAnswer = async (answers: Answers, hsm: CardHsm, inboundId: string): Promise<Heard> => {
  const inbound = await answers.read(inboundId);
  const found = inbound && recognize(inbound);
  if (!inbound || !found || inbound.pushes.length === 0) return { outcome: 'not-for-us' };
  // Its parts, if it has several, were put together when they came.
  const { packet } = found;
  const tar = packet.toString('hex', 3, 6);
  const candidates = inbound.pushes.filter((push) => push.tar === tar);
  const [newest] = candidates;
  if (!newest) return { outcome: 'not-for-us' };
  for (const push of candidates) {
    const { keyset, spec } = toHsmRequest(push);
    const opened = await hsm.open({ callId: randomUUID(), keyset, spec, packet });
    if (opened.outcome === 'not-now') return { outcome: 'later', afterMs: opened.retryAfterMs };
    if (opened.outcome !== 'opened' || !isAbout(opened.response, spec.counter)) continue;
    const judged = judgeAnswer(opened.response, push.format);
    return { outcome: 'heard', push, failure: await conclude(answers, push, inboundId, judged) };
  }
  return { outcome: 'not-authentic', iccid: newest.iccid };
};
