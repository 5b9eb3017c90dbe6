/** One entry of a push's trace, as far as the rules go. */
export interface PushEvent {
  readonly push_id: string;
  readonly iccid: string;
  readonly type: string;
  /** Of BUILDING, PACKET_BUILT and GIVEN_BACK. */
  readonly counter: string | null;
  /** Of GIVEN_BACK. */
  readonly is_counter_used: boolean | null;
}

const ends: ReadonlySet<string> = new Set([
  'GIVEN_BACK',
  'ANSWERED',
  'SUCCEEDED',
  'FAILED',
  'EXPIRED',
  'CANCELLED',
  'UNKNOWN',
]);

/**
 * What the traces of one card's pushes must tell, in the order of their numbers: one push under way at a time, and a
 * counter that was spent, by a packet or in a call that nobody can tell the end of, is with no call after it.
 */
export const checkTrace = (events: readonly PushEvent[]): string[] => {
  const broken: string[] = [];
  const spent = new Map<string, string>();
  let underWay: string | null = null;
  for (const { push_id, type, counter, is_counter_used } of events) {
    if (type === 'BUILDING') {
      if (underWay !== null) broken.push(`push ${push_id} was taken while push ${underWay} was under way`);
      const spender = spent.get(counter ?? '');
      if (spender) broken.push(`push ${push_id} was taken with counter ${counter}, which push ${spender} had spent`);
      underWay = push_id;
    }
    if (counter !== null && (type === 'PACKET_BUILT' || (type === 'GIVEN_BACK' && is_counter_used)))
      spent.set(counter, push_id);
    if (ends.has(type) && underWay === push_id) underWay = null;
  }
  return broken;
};
