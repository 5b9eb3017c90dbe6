import type { Claim, Tried } from '#shared/adapters/claim-deliveries.ts';
import { refusalIn } from '#shared/domain/refusal.ts';
import type { StatusTable } from '../pdu/command-status.ts';

/** A provider as choosing sees it. */
export interface Choosable {
  readonly name: string;
  readonly statusOf: StatusTable;
  /** At least one session is open. */
  readonly isUp: boolean;
  readonly isCircuitOpen: boolean;
  /** So many more parts may be given to it now; below one: it has enough. */
  readonly room: number;
  /** Whether it can carry this message at all: asked only of those that might. */
  canCarry(): boolean;
}

export type Choice =
  | { readonly outcome: 'chosen'; readonly name: string; readonly hasChoice: boolean }
  /** None takes it now; `busy` is the one that soon will. */
  | { readonly outcome: 'none'; readonly reason: string; readonly busy: string | null }
  /** None can ever take it. */
  | { readonly outcome: 'unfit' };

/** Beyond so many refusals that might pass, another provider is asked first. */
const transientTries = 3;

const statusIn = ({ type, error }: Tried): number | undefined =>
  type === 'REFUSED' && error !== null ? refusalIn(error) : undefined;

/** Has a provider been asked often enough for now? */
const isExhausted = ({ name, statusOf }: Pick<Choosable, 'name' | 'statusOf'>, tried: readonly Tried[]): boolean =>
  tried.some((each) => {
    const status = each.provider === name ? statusIn(each) : undefined;
    if (status === undefined) return false;
    const { means, mostTries = transientTries } = statusOf(status);
    return means === 'vendor' || each.times >= Math.min(mostTries, transientTries);
  });

/** Where parts of the message are already: all of one message go over one provider. */
const pinnedTo = (tried: readonly Tried[]): string | undefined =>
  tried.findLast(({ type }) => type === 'SUBMITTED')?.provider;

/** Candidates in the order in which they are asked: the route's, but who has refused it lately comes last. */
const inOrder = (candidates: readonly Choosable[], tried: readonly Tried[]): readonly Choosable[] => {
  const pinned = candidates.filter(({ name }) => name === pinnedTo(tried));
  if (pinned.length > 0) return pinned;
  return [...candidates].sort((a, b) => Number(isExhausted(a, tried)) - Number(isExhausted(b, tried)));
};

const wordsFor = (candidates: readonly Choosable[]): string => {
  if (candidates.length === 0) return 'no route leads to a provider that is enabled';
  const words = candidates.map(({ name, isUp }) => `${name} ${isUp ? 'has enough for now' : 'is down'}`);
  return words.join(', ');
};

/**
 * Which provider a message goes to: the first of its route's candidates that is up, whose circuit is closed and that has
 * room. One whose circuit is open is better than none at all, but not better than one that will soon have room.
 *
 * @param candidates the best first.
 */
export const chooseLink = ({ tried }: Pick<Claim, 'tried'>, candidates: readonly Choosable[]): Choice => {
  const ordered = inOrder(candidates, tried);
  const up = ordered.filter(({ isUp }) => isUp);
  const sound = up.filter(({ isCircuitOpen }) => !isCircuitOpen);
  const takes = (link: Choosable): boolean => link.room >= 1 && link.canCarry();
  const free = sound.find(takes);
  const last = sound.length === 0 ? up.find(takes) : undefined;
  const chosen = free ?? last;
  if (chosen) return { outcome: 'chosen', name: chosen.name, hasChoice: up.some(({ name }) => name !== chosen.name) };
  const able = ordered.filter((link) => link.canCarry());
  if (ordered.length > 0 && able.length === 0) return { outcome: 'unfit' };
  const busy = able.find(({ isUp, isCircuitOpen }) => isUp && !isCircuitOpen) ?? able.find(({ isUp }) => isUp);
  return { outcome: 'none', reason: wordsFor(able), busy: busy?.name ?? null };
};

/**
 * Whether a message is worth another attempt after a refusal: never a permanent one; a vendor's as often as its meaning
 * says, over all providers (once more, on another route); one that might pass as often as its meaning says with this
 * provider, and then where another is left that was not asked as often.
 */
export const mayRetry = (
  { tried }: Pick<Claim, 'tried'>,
  refused: Pick<Choosable, 'name' | 'statusOf'>,
  candidates: readonly Pick<Choosable, 'name' | 'statusOf'>[],
  commandStatus: number,
): boolean => {
  const { means, mostTries = Number.POSITIVE_INFINITY } = refused.statusOf(commandStatus);
  if (means === 'permanent') return false;
  const before = tried.filter((each) => {
    const status = statusIn(each);
    if (status === undefined) return false;
    return means === 'vendor'
      ? refused.statusOf(status).means === 'vendor'
      : each.provider === refused.name && status === commandStatus;
  });
  const times = 1 + before.reduce((sum, each) => sum + each.times, 0);
  if (times < mostTries) return true;
  if (means === 'vendor' || pinnedTo(tried) !== undefined) return false;
  return candidates.some((other) => other.name !== refused.name && !isExhausted(other, tried));
};
