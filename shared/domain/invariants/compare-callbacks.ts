import type { Finding, Promised } from './finding.ts';

/** A callback as its row has it. */
export interface ToldCallback {
  readonly id: string;
  readonly message_id: string | null;
  readonly type: string;
  readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
}

/** A callback as its receiver saw it. */
export interface HeardCallback {
  /** Null when the body was none of ours. */
  readonly id: string | null;
  readonly messageId: string | null;
  readonly type: string | null;
  /** What the receiver made of the signature: `valid`, or why it is not. */
  readonly verdict: string;
  /** What the receiver answered. */
  readonly status: number;
}

export const callbackPromises = {
  signed: { rule: 'callback/signed', promise: 'each callback that came is signed with a secret of the client' },
  known: { rule: 'callback/known', promise: 'each callback that came has its row, and says what the row says' },
  heard: { rule: 'callback/heard', promise: 'each callback that counts as delivered came at least once' },
  oneId: { rule: 'callback/one-id', promise: 'however often the same news came, it came under one id' },
} as const satisfies Record<string, Promised>;

const name = ({ id }: HeardCallback): string => id ?? 'without an id';

const finding = ({ rule }: Promised, id: string, messageId: string | null, problem: string): Finding => ({
  rule,
  subject: 'callback',
  id,
  messageId,
  problem,
});

const unsigned = (heard: readonly HeardCallback[]): Finding[] =>
  heard
    .filter(({ verdict }) => verdict !== 'valid')
    .map((each) => finding(callbackPromises.signed, name(each), each.messageId, `its signature is ${each.verdict}`));

const unknown = (told: ReadonlyMap<string, ToldCallback>, heard: readonly HeardCallback[]): Finding[] =>
  heard.flatMap((each) => {
    const row = told.get(each.id ?? '');
    if (!row) return [finding(callbackPromises.known, name(each), each.messageId, 'no row is behind it')];
    const agrees = row.type === each.type && (row.message_id === null || row.message_id === each.messageId);
    return agrees ? [] : [finding(callbackPromises.known, row.id, row.message_id, `it came as ${each.type}`)];
  });

const unheard = (told: Iterable<ToldCallback>, heard: readonly HeardCallback[]): Finding[] => {
  const taken = new Set(heard.filter(({ status }) => status >= 200 && status < 300).map(({ id }) => id));
  return [...told]
    .filter(({ id, state }) => state === 'DELIVERED' && !taken.has(id))
    .map(({ id, type, message_id }) => finding(callbackPromises.heard, id, message_id, `${type} never came`));
};

const repeated = (heard: readonly HeardCallback[]): Finding[] =>
  [...Map.groupBy(heard, ({ messageId, type }) => `${messageId} ${type}`).values()].flatMap((same) => {
    const ids = [...new Set(same.map(({ id }) => id))];
    const [first] = same;
    return ids.length > 1 && first?.messageId
      ? [finding(callbackPromises.oneId, name(first), first.messageId, `${first.type} came under ${ids.join(', ')}`)]
      : [];
  });

/**
 * Compares the rows of callbacks with what their receiver saw.
 *
 * @param told every row whose callback may have been made since the receiver began to listen.
 * @param heard what came.
 * @param heardLater the same, looked at after the rows: in a running system a callback may be made in between.
 */
export const compareCallbacks = (
  told: readonly ToldCallback[],
  heard: readonly HeardCallback[],
  heardLater: readonly HeardCallback[] = heard,
): Finding[] => {
  const rows = new Map(told.map((row) => [row.id, row]));
  return [...unsigned(heard), ...unknown(rows, heard), ...unheard(told, heardLater), ...repeated(heard)];
};
