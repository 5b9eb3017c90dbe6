import { CardAnswered, CardDue } from '#shared/contracts/queue-messages.ts';
import { logger } from '#shared/telemetry.ts';
import type { Sql } from './data-api.ts';
import { sendBatch } from './queues.ts';
import type { Settled } from './settle-messages.ts';

/** SQS delays no longer. */
const longestDelaySeconds = 900;

/** Has the lines of these cards looked at. One that is looked at too often is looked at in vain. */
export const enqueueCards = async (queueUrl: string, iccids: readonly string[], afterMs = 0): Promise<void> => {
  const delaySeconds = Math.min(Math.ceil(afterMs / 1_000), longestDelaySeconds);
  const due = [...new Set(iccids)].map((iccid) => ({
    body: CardDue.parse({ type: 'CardDue', version: 1, iccid }),
    delaySeconds,
  }));
  if (due.length > 0) await sendBatch(queueUrl, due);
};

/** Has inbound messages, which are stored, read as answers of cards. */
export const enqueueAnswers = async (queueUrl: string, inboundIds: readonly string[], afterMs = 0): Promise<void> => {
  const delaySeconds = Math.min(Math.ceil(afterMs / 1_000), longestDelaySeconds);
  const answers = inboundIds.map((inbound_id) => ({
    body: CardAnswered.parse({ type: 'CardAnswered', version: 1, inbound_id }),
    delaySeconds,
  }));
  if (answers.length > 0) await sendBatch(queueUrl, answers);
};

const cardsOf = `SELECT DISTINCT iccid FROM pushes WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text(:ids::jsonb))`;

/** Has the cards looked at whose pushes have just been settled; what is not queued here, dispatch-due finds. */
export const enqueueSettledPushes = async (sql: Sql, queueUrl: string, settled: readonly Settled[]): Promise<void> => {
  const ids = settled.filter(({ is_push }) => is_push).map(({ id }) => id);
  if (ids.length === 0) return;
  try {
    const cards = await sql<{ iccid: string }>(cardsOf, { ids });
    await enqueueCards(
      queueUrl,
      cards.map(({ iccid }) => iccid),
    );
  } catch (error) {
    logger.warn('Cards are left to dispatch-due', { count: ids.length, error: error as Error });
  }
};
