import type { CallbackDue } from '#shared/contracts/queue-messages.ts';
import type { Settlement, StoredCallback } from '#shared/domain/callback.ts';
import { signCallback } from '#shared/domain/callback-signature.ts';
import { settlementOf } from './callback-attempt.ts';
import type { PostCallback } from './post-callback.ts';

export interface Callbacks {
  /** Those that are PENDING and of the attempt asked for; the others are duplicates. One call for all. */
  load(due: readonly { readonly id: string; readonly attempt: number }[]): Promise<StoredCallback[]>;
  /** Applies each to the row that is still PENDING and of its attempt. One call for all. */
  settle(settlements: readonly Settlement[]): Promise<void>;
}

export interface Surroundings {
  readonly callbacks: Callbacks;
  /** The bytes of a client's signing secret. */
  readonly decryptSecret: (encrypted: string, clientId: string) => Promise<Uint8Array>;
  readonly post: PostCallback;
  /** Puts what was given up on the dead letters. */
  readonly abandon: (due: readonly CallbackDue[]) => Promise<void>;
  readonly now: () => Date;
  readonly random: () => number;
}

export interface Notified {
  readonly callback: StoredCallback;
  readonly settlement: Settlement;
}

export interface Notifications {
  readonly notified: readonly Notified[];
  /** Callbacks that met a fault of ours, by id: their rows are as they were, and they are to come again. */
  readonly faults: ReadonlyMap<string, unknown>;
}

/** A secret is replaced by a newer one while the older is still valid. */
const validSecrets = 2;

const bodyOf = ({ id, type, createdAt, payload }: StoredCallback): string =>
  JSON.stringify({ id, type, created_at: createdAt.toISOString(), data: payload });

const attempt = async (callback: StoredCallback, surroundings: Surroundings): Promise<Notified> => {
  const { decryptSecret, post, now, random } = surroundings;
  const secrets = await Promise.all(
    callback.encryptedSecrets.slice(0, validSecrets).map((encrypted) => decryptSecret(encrypted, callback.clientId)),
  );
  const body = bodyOf(callback);
  const posted =
    secrets.length === 0
      ? ({ outcome: 'unreachable', error: 'The client has no secret to sign callbacks with' } as const)
      : await post({
          url: callback.url,
          body,
          signature: signCallback({ body, at: Math.floor(now().getTime() / 1_000), secrets }),
        });
  return { callback, settlement: settlementOf(callback, posted, now(), random()) };
};

/**
 * Calls the clients whose callbacks are due, all at once, and settles all that came of it in one statement. What was
 * called and could not be settled is called again, with the same id.
 *
 * @throws whatever the rows or the dead letters threw: then the whole batch is to come again.
 */
export const notifyClients = async (
  due: readonly CallbackDue[],
  surroundings: Surroundings,
): Promise<Notifications> => {
  const byId = new Map(due.map((each) => [each.callback_id as string, each]));
  const wanted = [...byId.values()].map((each) => ({ id: each.callback_id, attempt: each.attempt }));
  const stored = wanted.length > 0 ? await surroundings.callbacks.load(wanted) : [];
  const attempts = await Promise.allSettled(stored.map((callback) => attempt(callback, surroundings)));
  const notified: Notified[] = [];
  const faults = new Map<string, unknown>();
  for (const [i, { id }] of stored.entries()) {
    const made = attempts[i];
    if (made?.status === 'fulfilled') notified.push(made.value);
    else faults.set(id, made?.reason);
  }
  const settlements = notified.map(({ settlement }) => settlement);
  const givenUp = settlements.filter(({ outcome }) => outcome === 'given-up').flatMap(({ id }) => byId.get(id) ?? []);
  // Before the rows say FAILED: afterwards a repetition would find nothing to give up.
  if (givenUp.length > 0) await surroundings.abandon(givenUp);
  if (settlements.length > 0) await surroundings.callbacks.settle(settlements);
  return { notified, faults };
};
