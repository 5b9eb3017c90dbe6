import type { Finding } from '#shared/domain/invariants/finding.ts';

/** Messages accepted from then on, and before `until`. */
export interface Window {
  readonly from: Date;
  readonly until: Date;
}

export interface Books {
  /** Where the rules on whole accounts, and on whatever is still open, do not hold. */
  checkAll(): Promise<Finding[]>;
  /** Where the rules on single messages do not hold, of those accepted in a window. */
  checkMessages(window: Window): Promise<Finding[]>;
  /** The histories of messages, by id. */
  timelines(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

export interface Reconciled {
  /** Places where money is not where it should be. */
  readonly unreconciled: number;
  /** Messages without a next step in time. */
  readonly stuck: number;
  readonly findings: readonly (Finding & { readonly timeline: readonly string[] })[];
}

const hourMs = 3_600_000;

/**
 * How old a message is when it is looked at: as it was accepted, a day later, and when nothing can be open any more
 * (seven days of validity, three of waiting for a receipt, and one). So the work of a run is that of a few hours,
 * however many messages there are. A run looks two hours back, so that one that did not happen is made up for.
 */
const agesMs = [0, 24 * hourMs, 11 * 24 * hourMs];
const widthMs = 2 * hourMs;

export const windowsAt = (now: Date): Window[] =>
  agesMs.map((age) => {
    const until = now.getTime() - age;
    return { from: new Date(until - widthMs), until: new Date(until) };
  });

const isOf = (thing: string) => (finding: Finding) => finding.rule.startsWith(`${thing}/`);

/** Proves that the books balance and that nothing stands still, or says where not. */
export const reconcileLedger = async (books: Books, now: Date): Promise<Reconciled> => {
  const found = await books.checkAll();
  for (const window of windowsAt(now)) found.push(...(await books.checkMessages(window)));
  const timelines = await books.timelines(found.flatMap(({ messageId }) => messageId ?? []));
  return {
    unreconciled: found.filter(isOf('money')).length,
    stuck: found.filter(isOf('message')).length,
    findings: found.map((finding) => ({ ...finding, timeline: timelines.get(finding.messageId ?? '') ?? [] })),
  };
};
