import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { v7 as uuidV7 } from 'uuid';
import { readInbound } from '#shared/domain/inbound/read-inbound.ts';
import { recognizeResponse } from '#shared/domain/ota/recognize-response.ts';
import { elementsBeside, withElements } from '#shared/domain/text/user-data.ts';
import { logAbout, logger, metrics } from '#shared/telemetry.ts';
import type { Assembly, PartContent } from './collect-parts.ts';
import type { Sql } from './data-api.ts';
import { enqueueCallbacks, enqueueOn } from './enqueue.ts';
import { type Received, receiveInbound } from './receive-inbound.ts';

/** A message from a telephone, whole or as far as it came. */
export interface Inbound {
  readonly id: string;
  readonly provider: string;
  readonly source_addr: string;
  readonly destination_addr: string;
  readonly received_at: string;
  /** How many parts it has; `parts` are those that came, in their order. */
  readonly total: number;
  readonly parts: readonly PartContent[];
  readonly is_assembled: boolean;
}

/** A message that was collected part by part, as far as it came. */
export const inboundOf = ({ parts, received_at, ...assembly }: Assembly): Inbound => ({
  ...assembly,
  received_at: received_at.toISOString(),
  parts,
  is_assembled: true,
});

export interface InboundQueues {
  readonly callbacks: string;
  /** Of answers. Where it is null, dispatch-due finds them. */
  readonly replies: string | null;
}

/** Its header, without what numbered its first part where it was put together, and what follows it. */
export const userDataOf = ({
  parts,
  is_assembled,
}: Inbound): { readonly udh_hex: string; readonly data_hex: string } => {
  const udh = Buffer.from(parts[0]?.udh_hex ?? '', 'hex');
  const header = is_assembled ? withElements(Buffer.alloc(0), elementsBeside(udh)) : udh;
  return { udh_hex: header.toString('hex'), data_hex: parts.map((part) => part.data_hex).join('') };
};

/** What its header names a card's answer to a push is for no client, whatever number it came to. */
const isOfCard = (inbound: Inbound): boolean => {
  const { udh_hex, data_hex } = userDataOf(inbound);
  return udh_hex !== '' && recognizeResponse(Buffer.from(udh_hex + data_hex, 'hex'), true)?.by === 'header';
};

const toReceived = (received: Inbound) => {
  const { parts, total, ...inbound } = received;
  const [first] = parts;
  const isComplete = parts.length === total;
  return {
    ...inbound,
    ...readInbound({ ...inbound, parts, isComplete }),
    ...(isOfCard(received) && { number: null, command: null, reply: null, body: null }),
    data_coding: first?.data_coding ?? 0,
    esm_class: first?.esm_class ?? 0,
    protocol_id: first?.protocol_id ?? 0,
    udh_hex: userDataOf(received).udh_hex,
    parts: total,
    parts_received: parts.length,
    reply_id: uuidV7(),
  };
};

/** In rounds of one message a sender, in the order in which they came: STOP and START of one person are two deeds. */
const roundsOf = (inbound: readonly Inbound[]): Inbound[][] => {
  const rounds: Inbound[][] = [];
  const places = new Map<string, number>();
  for (const each of [...inbound].sort((a, b) => a.received_at.localeCompare(b.received_at))) {
    const place = places.get(each.source_addr) ?? 0;
    places.set(each.source_addr, place + 1);
    const round = rounds[place];
    if (round) round.push(each);
    else rounds.push([each]);
  }
  return rounds;
};

const count = ({ stored, replies }: Received): void => {
  metrics.addMetric('InboundStored', MetricUnit.Count, stored.length);
  for (const { id, client_id, command } of stored) {
    if (client_id === null) metrics.addMetric('InboundUnrouted', MetricUnit.Count, 1);
    if (command) metrics.addMetric('InboundCommands', MetricUnit.Count, 1);
    logAbout({ correlation_id: id, ...(client_id === null ? {} : { client_id }) }).info('Received', { command });
  }
  if (replies.length > 0) metrics.addMetric('InboundAnswered', MetricUnit.Count, replies.length);
};

/** A failure to queue is no one's loss: dispatch-due finds the rows. */
const enqueue = async (queues: InboundQueues, { callbacks, replies }: Received): Promise<void> => {
  const answers = replies.map((reply) => ({
    ...reply,
    priority: 'high' as const,
    is_test: false,
    attempt: 1,
    parts: 1,
    delay_seconds: 0,
  }));
  try {
    await enqueueCallbacks(
      queues.callbacks,
      callbacks.map((callback) => ({ ...callback, attempt: 1, delay_seconds: 0 })),
    );
    if (queues.replies !== null) await enqueueOn(queues.replies, answers);
  } catch (error) {
    logger.warn('Callbacks and answers are left to dispatch-due', { error: error as Error });
  }
};

/** Reads and stores messages from telephones, and tells whoever they are for. */
export const receiveAndTell = async (sql: Sql, queues: InboundQueues, inbound: readonly Inbound[]): Promise<void> => {
  for (const round of roundsOf(inbound)) {
    const received = await receiveInbound(sql, round.map(toReceived));
    count(received);
    await enqueue(queues, received);
  }
};
