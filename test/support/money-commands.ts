import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { cancelMessage } from '#shared/adapters/cancel-message.ts';
import { claimDeliveries, releaseClaims } from '#shared/adapters/claim-deliveries.ts';
import { findDueMessages, markMessagesQueued } from '#shared/adapters/outbox.ts';
import { expireMessages, recoverOrphans } from '#shared/adapters/recover-messages.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { newKey, newMessage } from './clients.ts';
import * as model from './message-model.ts';
import {
  bear,
  type Claimed,
  type Model,
  pick,
  priceCents,
  recipient,
  settleInModel,
  type World,
  without,
} from './money-world.ts';
import { type Command, command, stepOne } from './settle-commands.ts';
import { nextMoment, type Said, sayOutcome, sayReceipt, startSteppedWorker } from './settle-worker.ts';

export const accept = (clientIndex: number, parts: number, key: number | null, isScheduled: boolean): Command =>
  command(`accept(client ${clientIndex}, ${parts} parts, key ${key}, ${isScheduled})`, async (m, world) => {
    const client = pick(m.clients, clientIndex);
    if (!client) return;
    const keyName = `${client.id} ${key}`;
    const earlier = key === null ? undefined : m.keys.get(keyName);
    const cost = parts * priceCents;
    const expected = earlier
      ? earlier.parts === parts
        ? 'replayed'
        : 'mismatch'
      : client.available < cost
        ? 'refused'
        : 'accepted';
    const asked = newMessage(client.id, {
      parts,
      recipient,
      callback_url: 'https://client.example/callbacks',
      send_at: isScheduled ? new Date(Date.now() + 60_000).toISOString() : null,
    });
    const answer = await acceptMessage(world.database.sql, asked, key === null ? null : newKey(`${key}`, `${parts}`));
    expect(answer.outcome).toBe(expected);
    if (answer.outcome === 'replayed') expect(answer.message.id).toBe(earlier?.message);
    if (expected !== 'accepted') return;
    await world.database.query(`UPDATE messages SET created_at = now() - interval '1 minute' WHERE id = $1`, [
      asked.id,
    ]);
    client.available -= cost;
    if (key !== null) m.keys.set(keyName, { message: asked.id, parts });
    m.messages.set(asked.id, {
      id: asked.id,
      client: client.id,
      priceCents,
      parts: Array.from({ length: parts }, () => ({
        state: 'PENDING',
        attempt: 0,
        unknownTimes: 0,
        taken: new Set<number>(),
      })),
      state: isScheduled ? 'SCHEDULED' : 'QUEUED',
      attempt: 1,
      isPlanned: true,
      isQueued: false,
      owner: null,
      claimId: null,
      age: 'young',
      capturedCents: 0,
      releasedCents: 0,
    });
  });

export const dispatch = (isMarked: boolean): Command =>
  command(`dispatch(${isMarked ? 'marked' : 'died before the mark'})`, async (m, world) => {
    await world.database.query('UPDATE messages SET next_attempt_at = now() WHERE next_attempt_at > now()');
    const due = await findDueMessages(world.database.sql, 1000);
    const expected = [...m.messages.values()].filter(model.mayBeQueued);
    expect(due.map(({ id, attempt }) => `${id} ${attempt}`).sort()).toEqual(
      expected.map(({ id, attempt }) => `${id} ${attempt}`).sort(),
    );
    world.deliveries.push(...due.map(({ id, attempt }) => ({ id, attempt })));
    if (!isMarked) return;
    await markMessagesQueued(world.database.sql, due);
    for (const message of expected) message.isQueued = true;
  });

export const claim = (ownerIndex: number, indices: readonly number[], isRepeated: boolean, isKept: boolean): Command =>
  command(
    `claim(owner ${ownerIndex}, [${indices.join()}], repeated ${isRepeated}, kept ${isKept})`,
    async (m, world) => {
      const owner = pick(world.owners, ownerIndex);
      const deliveries = [...new Set(indices.map((index) => pick(world.deliveries, index)))].filter((each) => !!each);
      const wanted = [...new Map(deliveries.map((each) => [`${each.id} ${each.attempt}`, each])).values()];
      if (!owner || wanted.length === 0) return;
      const claimId = randomUUID();
      const asked = wanted.map(({ id, attempt }) => ({ message_id: id, attempt }));
      for (let times = isRepeated ? 2 : 1; times > 0; times -= 1) {
        const claims = await claimDeliveries(world.database.sql, { owner, claimId }, asked);
        const expected = wanted.flatMap(({ id, attempt }) => {
          const message = m.messages.get(id);
          const parts = message ? model.claim(message, attempt, owner, claimId) : [];
          return parts.length > 0 ? [{ message: id, attempt, parts }] : [];
        });
        const got = claims.map((each) => ({
          message: each.message_id,
          attempt: each.attempt,
          parts: each.part_numbers,
        }));
        expect(got.toSorted((a, b) => (a.message < b.message ? -1 : 1))).toEqual(
          expected.toSorted((a, b) => (a.message < b.message ? -1 : 1)),
        );
        if (times === 1)
          world.claims.push(...expected.map((each) => ({ owner, claimId, ...each, parts: [...each.parts] })));
      }
      if (!isKept) world.deliveries = world.deliveries.filter((each) => !deliveries.includes(each));
    },
  );

export const release = (index: number): Command =>
  command(`release(claim ${index})`, async (m, world) => {
    const claimed = pick(world.claims, index);
    if (!claimed) return;
    const { claimId, message, attempt } = claimed;
    await releaseClaims(world.database.sql, [{ message_id: message, claim_id: claimId }]);
    const known = m.messages.get(message);
    if (known) model.release(known, claimId);
    world.claims = without(world.claims, claimed);
    world.deliveries.push({ id: message, attempt });
  });

export const words = [
  'submitted',
  'refused',
  'throttled',
  'unknown',
  'unknown, then late',
  'unknown, then refused',
  'not sent',
] as const;
type Word = (typeof words)[number];

const say = (world: World, { message, attempt }: Claimed, part: number, word: Word): void => {
  const of = { message_id: message, attempt, part };
  const submitted = (late: boolean) => {
    const smscId = randomUUID();
    world.submissions.push({ smscId, of: { message, part, attempt } });
    return sayOutcome({ type: 'PartSubmitted', ...of, at: nextMoment(), smsc_message_id: smscId, late }, smscId);
  };
  const refused = (command_status: number, retry: boolean) =>
    sayOutcome({ type: 'PartRefused', ...of, at: nextMoment(), command_status, retry });
  const unknown = () => sayOutcome({ type: 'PartUnknown', ...of, at: nextMoment(), reason: 'response-timeout' });
  const said: Readonly<Record<Word, () => readonly Said[]>> = {
    submitted: () => [submitted(false)],
    refused: () => [refused(0x0b, false)],
    throttled: () => [refused(0x58, true)],
    unknown: () => [unknown()],
    'unknown, then late': () => [unknown(), submitted(true)],
    'unknown, then refused': () => [unknown(), refused(0x58, true)],
    'not sent': () => [sayOutcome({ type: 'PartNotSent', ...of, at: nextMoment() })],
  };
  world.outcomes.push(...said[word]());
};

export const report = (index: number, spoken: readonly Word[]): Command =>
  command(`report(claim ${index}, ${spoken.join(' / ')})`, async (_m, world) => {
    const claimed = pick(world.claims, index);
    if (!claimed) return;
    for (const [i, part] of claimed.parts.entries()) say(world, claimed, part, pick(spoken, i) ?? 'submitted');
    world.claims = without(world.claims, claimed);
  });

export const receiptStates = ['DELIVERED', 'DELIVERED', 'DELIVERED', 'UNDELIVERABLE', 'EXPIRED', 'ENROUTE'] as const;

export const receipt = (index: number, state: (typeof receiptStates)[number]): Command =>
  command(`receipt(submission ${index}, ${state})`, async (_m, world) => {
    const submission = pick(world.submissions, index);
    if (submission) world.outcomes.push(sayReceipt(submission.smscId, state, recipient));
  });

export const killOwner = (index: number): Command =>
  command(`the bridge dies(owner ${index})`, async (_m, world) => {
    const owner = pick(world.owners, index);
    if (!owner) return;
    await world.database.query(`UPDATE bridge_leases SET expires_at = now() - interval '31 seconds' WHERE owner = $1`, [
      owner,
    ]);
    world.owners = without(world.owners, owner);
    world.claims = world.claims.filter((claimed) => claimed.owner !== owner);
    await bear(world);
  });

export const recover = (isSettled: boolean): Command =>
  command(`recover(${isSettled ? 'and settle' : 'and die'})`, async (m, world) => {
    const expected = [...m.messages.values()].filter(
      ({ state, owner }) => state === 'SENDING' && owner !== null && !world.owners.includes(owner),
    );
    const ids = await recoverOrphans(world.database.sql, 1000);
    expect(new Set(ids)).toEqual(new Set(expected.map(({ id }) => id)));
    expected.forEach(model.recover);
    if (!isSettled) return;
    await settleMessages(world.database.sql, ids);
    settleInModel(m, ids);
  });

export const expireAll = async (m: Model, world: World): Promise<void> => {
  const expected = [...m.messages.values()].filter(model.isOver);
  const ids = await expireMessages(world.database.sql, 1000);
  expect(new Set(ids)).toEqual(new Set(expected.map(({ id }) => id)));
  for (const message of expected)
    model.expire(message, m.clients.find(({ id }) => id === message.client)?.policy ?? 'capture');
  await settleMessages(world.database.sql, ids);
  settleInModel(m, ids);
};

const ages = { expired: '1 second', forgotten: '73 hours' } as const;

export const grow = (index: number, age: keyof typeof ages): Command =>
  command(`time passes(message ${index}, ${age})`, async (m, world) => {
    const message = pick([...m.messages.values()], index);
    if (!message || message.age === 'forgotten') return;
    await world.database.query(`UPDATE messages SET expires_at = now() - $2::interval WHERE id = $1`, [
      message.id,
      ages[age],
    ]);
    message.age = age;
    await expireAll(m, world);
  });

export const settleAgain = (index: number): Command =>
  command(`settle again(message ${index})`, async (m, world) => {
    const message = pick([...m.messages.values()], index);
    if (!message) return;
    await settleMessages(world.database.sql, [message.id]);
    settleInModel(m, [message.id]);
  });

export const cancel = (index: number): Command =>
  command(`cancel(message ${index})`, async (m, world) => {
    const message = pick([...m.messages.values()], index);
    const client = m.clients.find(({ id }) => id === message?.client);
    if (!message || !client) return;
    const stateBefore = message.state;
    const released = stateBefore === 'CANCELLED' ? 0 : model.cancel(message);
    client.available += released ?? 0;
    const asked = { clientId: client.id, id: message.id, correlationId: 'test' };
    expect(await cancelMessage(world.database.sql, asked)).toEqual(
      released === null ? { outcome: 'too-late', state: stateBefore } : { outcome: 'cancelled' },
    );
  });

/** One attempt without an accident, so that later ones are reached: what was said at its end may be said again. */
export const attemptOnce = (ownerIndex: number, index: number, spoken: readonly Word[], isKept: boolean): Command =>
  command(
    `attempt(owner ${ownerIndex}, delivery ${index}, ${spoken.join(' / ')}, kept ${isKept})`,
    async (m, world) => {
      await dispatch(true).run(m, world);
      const claimsBefore = world.claims.length;
      await claim(ownerIndex, [index], false, false).run(m, world);
      if (world.claims.length === claimsBefore) return;
      const outcomesBefore = world.outcomes.length;
      await report(claimsBefore, spoken).run(m, world);
      const said = world.outcomes.slice(outcomesBefore);
      if (!isKept) world.outcomes = world.outcomes.slice(0, outcomesBefore);
      const worker = startSteppedWorker(world.database, said);
      world.workers.push(worker);
      while (world.workers.includes(worker)) await stepOne(m, world, worker);
    },
  );
