import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { cancelMessage } from '#shared/adapters/cancel-message.ts';
import { claimDeliveries, releaseClaims, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { checkRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { moneyRules } from '#shared/adapters/invariants/money-rules.ts';
import { expireMessages, recoverOrphans } from '#shared/adapters/recover-messages.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import type { ReceiptState } from '#shared/contracts/queue-messages.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, nextMoment, type Said, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () => expect(await checkRules(database.sql, moneyRules, wholeScope())).toEqual([]));

const recipient = '491700000009';

/** A message of one part, and what is known of it outside of the database. */
interface Subject {
  readonly id: string;
  readonly client: string;
  readonly owner: string;
  readonly smscId: string;
  attempt: number;
}

const hear = (...said: readonly Said[]) => settleOutcomes(booksOf(database), [asReport(said)]);

type Word = 'submitted' | 'throttled' | 'refused' | 'unknown' | 'not sent';

const outcome = ({ id, attempt, smscId }: Subject, word: Word): Said => {
  const of = { message_id: id, attempt, part: 1, at: nextMoment() };
  switch (word) {
    case 'submitted':
      return sayOutcome({ type: 'PartSubmitted', ...of, smsc_message_id: smscId, late: false });
    case 'throttled':
      return sayOutcome({ type: 'PartRefused', ...of, command_status: 0x58, retry: true });
    case 'refused':
      return sayOutcome({ type: 'PartRefused', ...of, command_status: 0x0b, retry: false });
    case 'unknown':
      return sayOutcome({ type: 'PartUnknown', ...of, reason: 'response-timeout' });
    case 'not sent':
      return sayOutcome({ type: 'PartNotSent', ...of });
  }
};

/** Each owner makes one claim here, so that its id names both. */
const claim = async ({ id, attempt }: Subject, owner: string): Promise<void> => {
  await renewLease(database.sql, owner);
  await claimDeliveries(database.sql, { owner, claimId: owner }, [{ message_id: id, attempt }]);
};

const age = (id: string, interval: string) =>
  database.query('UPDATE messages SET expires_at = now() - $2::interval WHERE id = $1', [id, interval]);

const expire = async (id: string, interval: string): Promise<void> => {
  await age(id, interval);
  await settleMessages(database.sql, await expireMessages(database.sql, 1000));
};

const cancel = async ({ id, client }: Subject) =>
  cancelMessage(database.sql, { clientId: client, id, correlationId: 'test' });

/** What brings a new message into each state, by the statements themselves. */
const ways: Readonly<Record<string, (subject: Subject) => Promise<unknown>>> = {
  SCHEDULED: async () => undefined,
  QUEUED: async () => undefined,
  SENDING: (s) => claim(s, s.owner),
  SENT: async (s) => {
    await claim(s, s.owner);
    await hear(outcome(s, 'submitted'));
  },
  FAILED_TEMP: async (s) => {
    await claim(s, s.owner);
    await hear(outcome(s, 'throttled'));
    s.attempt = 2;
  },
  UNKNOWN: async (s) => {
    await claim(s, s.owner);
    await hear(outcome(s, 'unknown'));
    s.attempt = 2;
  },
  // Twice unknown: no further attempt is planned.
  'UNKNOWN at rest': async (s) => {
    await ways.UNKNOWN?.(s);
    await claim(s, s.owner);
    await hear(outcome(s, 'unknown'));
  },
  DELIVERED: async (s) => {
    await ways.SENT?.(s);
    await hear(sayReceipt(s.smscId, 'DELIVERED', recipient));
  },
  FAILED_PERM: async (s) => {
    await claim(s, s.owner);
    await hear(outcome(s, 'refused'));
  },
  EXPIRED: (s) => expire(s.id, '1 second'),
  CANCELLED: (s) => cancel(s),
};

/** What may happen to a message, whatever state it is in. */
const events: Readonly<Record<string, (subject: Subject) => Promise<unknown>>> = {
  claimed: (s) => claim(s, randomUUID()),
  'claimed for another attempt': (s) => claim({ ...s, attempt: s.attempt + 1 }, randomUUID()),
  released: (s) => releaseClaims(database.sql, [{ message_id: s.id, claim_id: s.owner }]),
  'released by another': (s) => releaseClaims(database.sql, [{ message_id: s.id, claim_id: randomUUID() }]),
  submitted: (s) => hear(outcome(s, 'submitted')),
  'refused for now': (s) => hear(outcome(s, 'throttled')),
  'refused for good': (s) => hear(outcome(s, 'refused')),
  unknown: (s) => hear(outcome(s, 'unknown')),
  'not sent': (s) => hear(outcome(s, 'not sent')),
  'submitted in the attempt before': (s) => hear(outcome({ ...s, attempt: Math.max(1, s.attempt - 1) }, 'submitted')),
  'refused in the attempt before': (s) => hear(outcome({ ...s, attempt: s.attempt - 1 || 9 }, 'refused')),
  'receipt DELIVERED': (s) => receive(s, 'DELIVERED'),
  'receipt UNDELIVERABLE': (s) => receive(s, 'UNDELIVERABLE'),
  'receipt EXPIRED': (s) => receive(s, 'EXPIRED'),
  'receipt ENROUTE': (s) => receive(s, 'ENROUTE'),
  settled: (s) => settleMessages(database.sql, [s.id]),
  'bridge alive': async () => settleMessages(database.sql, await recoverOrphans(database.sql, 1000)),
  'bridge dead': async ({ owner }) => {
    await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '31 seconds' WHERE owner = $1`, [
      owner,
    ]);
    await settleMessages(database.sql, await recoverOrphans(database.sql, 1000));
  },
  cancelled: (s) => cancel(s),
  'validity over': (s) => expire(s.id, '1 second'),
  'three days later': (s) => expire(s.id, '73 hours'),
};

const receive = (s: Subject, state: ReceiptState) => hear(sayReceipt(s.smscId, state, recipient));

const asItWas = '-';
/** What each event makes of each state; whatever is not named leaves it as it was. */
const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  claimed: { SCHEDULED: 'SENDING', QUEUED: 'SENDING', FAILED_TEMP: 'SENDING', UNKNOWN: 'SENDING' },
  'claimed for another attempt': {},
  released: { SENDING: 'QUEUED' },
  'released by another': {},
  // Whenever an SMSC says that it took the part, it is sent, and no further attempt is made.
  submitted: {
    SCHEDULED: 'SENT',
    QUEUED: 'SENT',
    SENDING: 'SENT',
    FAILED_TEMP: 'SENT',
    UNKNOWN: 'SENT',
    'UNKNOWN at rest': 'SENT',
  },
  'submitted in the attempt before': {
    SCHEDULED: 'SENT',
    QUEUED: 'SENT',
    SENDING: 'SENT',
    FAILED_TEMP: 'SENT',
    UNKNOWN: 'SENT',
    'UNKNOWN at rest': 'SENT',
  },
  'refused for now': { SENDING: 'FAILED_TEMP', 'UNKNOWN at rest': 'FAILED_TEMP' },
  'refused for good': { SENDING: 'FAILED_PERM', 'UNKNOWN at rest': 'FAILED_PERM' },
  unknown: { SENDING: 'UNKNOWN' },
  'not sent': { SENDING: 'FAILED_TEMP' },
  // The late answer to the attempt that is unknown is heard; of an attempt that was answered, none is.
  'refused in the attempt before': { UNKNOWN: 'FAILED_PERM' },
  'receipt DELIVERED': { SENT: 'DELIVERED' },
  'receipt UNDELIVERABLE': { SENT: 'FAILED_PERM' },
  'receipt EXPIRED': { SENT: 'EXPIRED' },
  'receipt ENROUTE': {},
  settled: {},
  'bridge alive': {},
  'bridge dead': { SENDING: 'UNKNOWN' },
  cancelled: { SCHEDULED: 'CANCELLED', QUEUED: 'CANCELLED' },
  'validity over': { SCHEDULED: 'EXPIRED', QUEUED: 'EXPIRED', FAILED_TEMP: 'EXPIRED' },
  'three days later': {
    SCHEDULED: 'EXPIRED',
    QUEUED: 'EXPIRED',
    SENDING: 'EXPIRED',
    SENT: 'EXPIRED',
    FAILED_TEMP: 'EXPIRED',
    UNKNOWN: 'EXPIRED',
    'UNKNOWN at rest': 'EXPIRED',
  },
};

const begin = async (client: string, state: string): Promise<Subject> => {
  const message = newMessage(client, {
    recipient,
    send_at: state === 'SCHEDULED' ? new Date(Date.now() + 60_000).toISOString() : null,
  });
  expect((await acceptMessage(database.sql, message)).outcome).toBe('accepted');
  const subject = { id: message.id, client, owner: randomUUID(), smscId: randomUUID(), attempt: 1 };
  await ways[state]?.(subject);
  return subject;
};

const stateOf = async (id: string): Promise<string> => {
  const [row] = await database.query<{ state: string }>('SELECT state FROM messages WHERE id = $1', [id]);
  return row?.state ?? 'gone';
};

test('the table names every event, and no state that does not exist', () => {
  expect(Object.keys(table).sort()).toEqual(Object.keys(events).sort());
  for (const row of Object.values(table)) expect(Object.keys(ways)).toEqual(expect.arrayContaining(Object.keys(row)));
});

/** One after the other: expiry and recovery look at all messages. */
test.each(Object.keys(events))('what becomes of a message in each state when it is %s', async (event) => {
  const client = await createClient(database, { creditCents: 1_000 });
  const became: Record<string, string> = {};
  for (const state of Object.keys(ways)) {
    const subject = await begin(client, state);
    const before = await stateOf(subject.id);
    expect(before).toBe(state.replace(' at rest', ''));
    await events[event]?.(subject);
    const after = await stateOf(subject.id);
    if (after !== before) became[state] = after;
    expect(after === before ? asItWas : after, `${event} in ${state}`).toBe(table[event]?.[state] ?? asItWas);
    await expire(subject.id, '73 hours');
  }
  expect(became).toEqual(table[event]);
});
