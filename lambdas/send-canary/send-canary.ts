/** What one canary tells. */
export type CanaryResult =
  /** It came back: so long after it was accepted, and so long the request itself took. */
  | { readonly outcome: 'delivered'; readonly acceptMs: number; readonly receiptMs: number }
  /** The API did not take it, or not in time. */
  | { readonly outcome: 'refused'; readonly status: number }
  /** It was taken and is not where it should be, after all the time it was given. */
  | { readonly outcome: 'lost'; readonly state: string };

export interface CanaryWorld {
  /** Sends the message. @returns its id, or the status with which it was not accepted. */
  send(): Promise<{ readonly id: string } | { readonly status: number }>;
  /** Its state as the API tells it. */
  stateOf(id: string): Promise<string>;
  /** Monotonic, in milliseconds. */
  now(): number;
  pause(ms: number): Promise<void>;
}

const everyMs = 500;
/** States from which none leads to DELIVERED. */
const hopeless: ReadonlySet<string> = new Set(['CANCELLED', 'EXPIRED', 'FAILED_PERM']);

/** Sends one message as any client does, and follows it until its receipt is settled or its time is over. */
export const sendCanary = async (world: CanaryWorld, withinMs: number): Promise<CanaryResult> => {
  const started = world.now();
  const sent = await world.send();
  if ('status' in sent) return { outcome: 'refused', status: sent.status };
  const accepted = world.now();
  for (;;) {
    const state = await world.stateOf(sent.id);
    const now = world.now();
    if (state === 'DELIVERED') return { outcome: 'delivered', acceptMs: accepted - started, receiptMs: now - accepted };
    if (hopeless.has(state) || now - accepted >= withinMs) return { outcome: 'lost', state };
    await world.pause(everyMs);
  }
};
