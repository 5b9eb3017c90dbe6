import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { Outcome, Priority } from '#shared/contracts/queue-messages.ts';
import { type Choosable, chooseLink, mayRetry } from '../delivery/choose-link.ts';
import { toOutcomes } from '../delivery/to-outcome.ts';
import { statusTable } from '../pdu/command-status.ts';
import type { ProviderLink, Submission } from './provider-link.ts';

/** A candidate of a message's route; without a link where this task has none to it. */
export interface RouteCandidate {
  readonly name: string;
  readonly link: ProviderLink | undefined;
}

export interface CarryWorld {
  /** The best first. */
  candidatesFor(claim: Claim, priority: Priority): readonly RouteCandidate[];
  /** Parts that a link may be given beside what is in its hand. */
  roomOf(link: ProviderLink, share: number): number;
  /** Resolves once all of it is safely in the outcomes queue. */
  report(provider: string, outcomes: readonly Outcome[]): Promise<void>;
  readonly isStopping: boolean;
  now(): Date;
}

export type Carried =
  | { readonly outcome: 'reported' }
  /** No byte of it went out, because the task stops. */
  | { readonly outcome: 'untouched' }
  /** No byte of it went out, because nobody takes it now. */
  | {
      readonly outcome: 'deferred';
      readonly reason: string;
      /** When there should be room; null: nobody knows. */
      readonly seconds: number | null;
      /** Who was to take it, or would have been the first. */
      readonly provider: string | null;
    };

/** How often a part of each priority is served while the others wait as well. */
const weights: Readonly<Record<Priority, number>> = { high: 100, normal: 10, bulk: 1 };

/** What SMPP 5.0 calls ESME_RINVDCS: no provider on the route can write the text. */
const noAlphabet = 0x104;
const unknownTable = statusTable();

interface Prepared extends Choosable {
  readonly link: ProviderLink | undefined;
  submissions(): readonly Submission[] | null;
}

const prepare = (claim: Claim, share: number, { name, link }: RouteCandidate, world: CarryWorld): Prepared => {
  let made: readonly Submission[] | null | undefined;
  const submissions = () => {
    made ??= link?.prepare(claim) ?? null;
    return made;
  };
  return {
    name,
    link,
    submissions,
    statusOf: link?.statusOf ?? unknownTable,
    isUp: link?.isUp ?? false,
    isCircuitOpen: link?.isCircuitOpen ?? false,
    room: link ? world.roomOf(link, share) : 0,
    // Of one that is not here nobody can say that it could not.
    canCarry: () => link === undefined || submissions() !== null,
  };
};

const refuseForAll = (claim: Claim, provider: string, world: CarryWorld): Promise<void> => {
  const token = { message_id: MessageId.parse(claim.message_id), attempt: claim.attempt, parts: claim.part_numbers };
  const refused = { outcome: 'refused', commandStatus: noAlphabet } as const;
  return world.report(provider, toOutcomes(token, refused, { now: world.now(), mayRetry: () => false }));
};

/** Submits every part that is still to go over one provider, and reports what became of each. */
const submitOver = async (
  claim: Claim,
  chosen: Prepared,
  flow: { readonly priority: Priority; readonly hasChoice: boolean },
  candidates: readonly Prepared[],
  world: CarryWorld,
): Promise<'reported' | 'untouched'> => {
  const { priority, hasChoice } = flow;
  const line = { name: `${priority} ${claim.client_id}`, weight: weights[priority], hasChoice };
  const submissions = chosen.submissions() ?? [];
  const results = await Promise.all(
    submissions.map(async ({ parts, submit }) => ({ parts, result: await submit(line) })),
  );
  if (results.every(({ result }) => result.outcome === 'not-sent')) return 'untouched';
  const message_id = MessageId.parse(claim.message_id);
  const judging = {
    now: world.now(),
    mayRetry: (status: number) => mayRetry(claim, chosen, candidates, status),
  };
  const outcomes = results.flatMap(({ parts, result }) =>
    toOutcomes({ message_id, attempt: claim.attempt, parts }, result, judging),
  );
  await world.report(chosen.name, outcomes);
  return 'reported';
};

/**
 * Brings a claimed message to the best of its providers that takes it. One that turned it away before a byte went out
 * is asked once, and then the next: that is no attempt. A refusal by the provider is one, and the history says who gave
 * it, so that the next attempt asks another.
 */
export const carryClaim = async (
  claim: Claim,
  { priority, share }: { readonly priority: Priority; readonly share: number },
  world: CarryWorld,
): Promise<Carried> => {
  const turnedAway = new Set<string>();
  for (;;) {
    const candidates = world.candidatesFor(claim, priority).map((each) => prepare(claim, share, each, world));
    const left = candidates.filter(({ name }) => !turnedAway.has(name));
    const choice = chooseLink(claim, left.length > 0 ? left : candidates);
    const first = candidates[0]?.name ?? null;
    if (choice.outcome === 'unfit' && first !== null) {
      await refuseForAll(claim, first, world);
      return { outcome: 'reported' };
    }
    if (choice.outcome !== 'chosen' || turnedAway.has(choice.name)) {
      const busy = choice.outcome === 'none' ? candidates.find(({ name }) => name === choice.busy)?.link : undefined;
      const reason = choice.outcome === 'none' ? choice.reason : `${[...turnedAway].join(', ')} took none of it`;
      return { outcome: 'deferred', reason, seconds: busy?.roomIn(claim.part_numbers.length) ?? null, provider: first };
    }
    const chosen = candidates.find(({ name }) => name === choice.name);
    if (!chosen) throw new Error(`${choice.name} is no candidate`);
    const done = await submitOver(claim, chosen, { priority, hasChoice: choice.hasChoice }, candidates, world);
    if (done === 'reported') return { outcome: 'reported' };
    if (world.isStopping) return { outcome: 'untouched' };
    turnedAway.add(chosen.name);
  }
};
