import * as z from 'zod';

/** What a refusal may mean for the message: docs/smpp.md. */
export const statusClasses = ['throttle', 'transient', 'session', 'permanent', 'vendor'] as const;
export type ProviderStatusClass = (typeof statusClasses)[number];

/** What a range of command_statuses means with one provider. */
export interface ProviderStatusRule {
  readonly from: number;
  readonly to: number;
  readonly means: ProviderStatusClass;
  readonly mostTries?: number;
}

const Meaning = z.union([
  z.enum(statusClasses),
  z.strictObject({
    means: z.enum(statusClasses).meta({ description: 'What it means for the message.' }),
    most_tries: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .meta({ description: 'How often a part is tried against it; when left out, as often as its class has it.' }),
  }),
]);

/** `0x400`, or `0x400-0x40F`. */
const codesPattern = /^0x([0-9a-f]{1,8})(?:-0x([0-9a-f]{1,8}))?$/i;

const rangeOf = (codes: string): { readonly from: number; readonly to: number } | undefined => {
  const match = codesPattern.exec(codes);
  if (!match) return undefined;
  const from = Number.parseInt(match[1] ?? '', 16);
  return { from, to: match[2] === undefined ? from : Number.parseInt(match[2], 16) };
};

const faultOf = (codes: string): string | undefined => {
  const range = rangeOf(codes);
  if (!range) return `"${codes}" is no command_status such as 0x400 or 0x400-0x40F`;
  if (range.from === 0) return `"${codes}" has 0x0 in it, which is no refusal`;
  return range.to < range.from ? `"${codes}" ends before it begins` : undefined;
};

const overlapsOf = (codes: readonly string[]): string[] => {
  const ranges = codes.flatMap((each) => rangeOf(each) ?? []).toSorted((a, b) => a.from - b.from);
  return ranges.flatMap(({ from }, i) => {
    const before = ranges[i - 1];
    return before && before.to >= from ? [`0x${from.toString(16)} is named twice`] : [];
  });
};

/**
 * What command_statuses mean with one provider, where that differs from the specification: from a status or a range of
 * them to its class, `{"0x400-0x40F": "permanent", "0x45": {"means": "transient", "most_tries": 4}}`.
 */
export const ProviderStatuses = z
  .record(z.string().max(32), Meaning)
  .superRefine((statuses, context) => {
    const codes = Object.keys(statuses);
    if (codes.length > 200) context.addIssue({ code: 'custom', message: 'names more than 200 statuses' });
    const faults = codes.flatMap((each) => faultOf(each) ?? []);
    for (const message of faults.length > 0 ? faults : overlapsOf(codes)) context.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'From a command_status or a range of them, `0x400-0x40F`, to what it means for the message.' });
export type ProviderStatuses = z.infer<typeof ProviderStatuses>;

/** The same as rules, in the order of their statuses. */
export const statusRules = (statuses: ProviderStatuses): ProviderStatusRule[] =>
  Object.entries(statuses)
    .flatMap(([codes, value]) => {
      const range = rangeOf(codes);
      if (!range) return [];
      if (typeof value === 'string') return [{ ...range, means: value }];
      const { means, most_tries: mostTries } = value;
      return [{ ...range, means, ...(mostTries === undefined ? {} : { mostTries }) }];
    })
    .toSorted((a, b) => a.from - b.from);
