import type { RemoteFormat } from '#shared/adapters/accept-push.ts';
import type { AnswerRecord } from '#shared/adapters/card-answers.ts';
import { parseCompact } from '#shared/domain/ota/compact-format.ts';
import { parseExpanded } from '#shared/domain/ota/expanded-format.ts';
import { OtaError } from '#shared/domain/ota/ota-error.ts';
import type { RemoteAnswer } from '#shared/domain/ota/remote-answer.ts';
import type { ResponsePacket } from '#shared/domain/ota/response-packet.ts';
import { responseStatusOf } from '#shared/domain/ota/response-status.ts';
import { explainStatusWord } from '#shared/domain/ota/status-words.ts';

export type Judgement =
  /** 08, 0B, 0C: the real answer is still to come. */
  | { readonly outcome: 'follows'; readonly status: number }
  | {
      readonly outcome: 'final';
      readonly record: AnswerRecord;
      /** 02: the counter has to jump. 03 and 06: nothing more is to be sent to the card. */
      readonly effect: 'jump' | 'stop' | null;
    };

const following: ReadonlySet<string> = new Set(['more_time', 'answer_by_submit', 'answer_by_process']);
const stopping: ReadonlySet<string> = new Set(['counter_high', 'security_error']);

const remoteAnswer = (data: Buffer, format: RemoteFormat): RemoteAnswer | null => {
  if (data.length === 0) return null;
  try {
    return format === 'compact' ? parseCompact(data) : parseExpanded(data);
  } catch (error) {
    if (error instanceof OtaError) return null;
    throw error;
  }
};

/** Why the commands came to nothing though the packet was accepted; null when they did what they should. */
const commandFailure = (answer: RemoteAnswer | null): string | null => {
  if (!answer) return null;
  if (answer.badFormat) return `card.${answer.badFormat}`;
  const failed = answer.results.find(({ statusWord }) => explainStatusWord(statusWord).outcome === 'error');
  return failed ? `card.sw_${failed.statusWord}` : null;
};

const effectOf = (name: string, response: ResponsePacket): 'jump' | 'stop' | null => {
  if (stopping.has(name)) return 'stop';
  // On an answer without proof no counter moves.
  return name === 'counter_low' && response.authenticated ? 'jump' : null;
};

/** What a card's opened answer means (ETSI TS 102 225, 5.2), and what follows from it for the card. */
export const judgeAnswer = (response: ResponsePacket, format: RemoteFormat): Judgement => {
  const { status, counter, authenticated, ciphered, data } = response;
  const { name } = responseStatusOf(status);
  if (following.has(name)) return { outcome: 'follows', status };
  const failure = name === 'ok' ? commandFailure(remoteAnswer(data, format)) : `card.${name}`;
  return {
    outcome: 'final',
    effect: effectOf(name, response),
    record: {
      state: failure === null ? 'SUCCEEDED' : 'FAILED',
      failure,
      response: { status, counter: `${counter}`, authenticated, ciphered, data_hex: data.toString('hex') },
    },
  };
};
