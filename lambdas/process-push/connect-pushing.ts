import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { readInboundAnswer, recordAnswer, recordPostponedAnswer } from '#shared/adapters/card-answers.ts';
import { jumpCounter, stopCard } from '#shared/adapters/card-counters.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { followPushes, refusePush } from '#shared/adapters/end-push.ts';
import type { CardHsm } from '#shared/adapters/hsm/connect-hsm.ts';
import { type DueMessage, markMessagesQueued } from '#shared/adapters/outbox.ts';
import { recordPacket } from '#shared/adapters/record-packet.ts';
import { givePushBack, takePush } from '#shared/adapters/take-push.ts';
import { logger, metrics } from '#shared/telemetry.ts';
import type { Answers } from './hear-answer.ts';
import type { Pushing } from './process-push.ts';
import type { Line } from './send-next-push.ts';

export interface Connections {
  readonly sql: Sql;
  readonly hsm: CardHsm;
  /** Puts deliveries on their queues. */
  readonly deliver: (messages: readonly DueMessage[]) => Promise<void>;
  readonly settle: (messageIds: readonly string[]) => Promise<void>;
  /** Put work back on the queue of pushes. */
  readonly comeAgain: Line['comeAgain'];
  readonly readAgain: Pushing['readAgain'];
  readonly tell: Pushing['tell'];
}

const lineOf = ({ sql, deliver, settle, comeAgain }: Connections): Line => ({
  follow: async (iccid) => {
    await followPushes(sql, { iccid, limit: 1 });
  },
  take: (iccid) => takePush(sql, iccid, randomUUID()),
  giveBack: async (push, why) => {
    await givePushBack(sql, push, why);
  },
  send: async (push, packet) => {
    const message = await recordPacket(sql, push, packet);
    if (!message) return;
    // What is not queued here, dispatch-due finds: the row is the outbox.
    try {
      await deliver([message]);
      await markMessagesQueued(sql, [message]);
    } catch (error) {
      logger.warn('A push is left to dispatch-due', { push_id: push.id, error: error as Error });
    }
  },
  refuse: async (push, reason) => {
    await refusePush(sql, push, reason);
    await settle([push.id]);
  },
  comeAgain,
});

const answersOf = ({ sql }: Connections): Answers => ({
  read: (inboundId) => readInboundAnswer(sql, inboundId),
  jump: async ({ iccid, key_version: keyVersion, counter, counter_jump }) => {
    await jumpCounter(sql, { iccid, keyVersion, floor: counter + counter_jump, reason: 'card.counter_low' });
    metrics.addMetric('CardCountersJumped', MetricUnit.Count, 1);
  },
  stop: async ({ iccid, id }, reason) => {
    if (!(await stopCard(sql, iccid, reason))) return;
    metrics.addMetric('CardsStopped', MetricUnit.Count, 1);
    logger.error('A card is stopped', { push_id: id, reason });
  },
  record: ({ id }, inboundId, answer) => recordAnswer(sql, id, inboundId, answer),
  postpone: ({ id }, inboundId, status) => recordPostponedAnswer(sql, id, inboundId, status),
});

/** What process-push decides upon, over the database, the queues and the HSM. */
export const connectPushing = (connections: Connections): Pushing => ({
  line: lineOf(connections),
  answers: answersOf(connections),
  hsm: connections.hsm,
  readAgain: connections.readAgain,
  tell: connections.tell,
});
