import type { CardHsm } from '#shared/adapters/hsm/connect-hsm.ts';
import type { PushWork } from '#shared/contracts/queue-messages.ts';
import { type Answers, type Heard, hearAnswer } from './hear-answer.ts';
import { type Line, type Step, sendNextPush } from './send-next-push.ts';

export interface Pushing {
  readonly line: Line;
  readonly answers: Answers;
  readonly hsm: CardHsm;
  /** Has the answer read again. */
  readAgain(inboundId: string, afterMs: number): Promise<void>;
  /** For the log and the counts. */
  tell(done: Step | Heard): void;
}

const hear = async (pushing: Pushing, inboundId: string): Promise<void> => {
  const heard = await hearAnswer(pushing.answers, pushing.hsm, inboundId);
  pushing.tell(heard);
  if (heard.outcome === 'later') await pushing.readAgain(inboundId, heard.afterMs);
  // The card has had its say: the next in its line can go.
  if (heard.outcome === 'heard') await pushing.line.comeAgain(heard.push.iccid, 0);
};

/** Does the work of one batch, one by one: each is a call of the HSM, which wants no crowd. */
export const processPushes = async (pushing: Pushing, work: readonly PushWork[]): Promise<void> => {
  for (const each of work)
    if (each.type === 'CardAnswered') await hear(pushing, each.inbound_id);
    else pushing.tell(await sendNextPush(pushing.line, pushing.hsm, each.iccid));
};
