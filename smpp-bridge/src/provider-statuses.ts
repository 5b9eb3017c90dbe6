import * as z from 'zod';
import type { StatusClass, StatusRule } from './pdu/command-status.ts';

const classes = ['throttle', 'transient', 'session', 'permanent', 'vendor'] as const satisfies readonly StatusClass[];
const Meaning = z.union([
  z.enum(classes).transform((means) => ({ means })),
  z.strictObject({ means: z.enum(classes), mostTries: z.int().min(1).max(10) }),
]);

/** `0x400`, or `0x400-0x40F`. */
const codesPattern = /^0x([0-9a-f]{1,8})(?:-0x([0-9a-f]{1,8}))?$/i;

type Read =
  | { readonly outcome: 'rule'; readonly rule: StatusRule }
  | { readonly outcome: 'refused'; readonly reason: string };

const readRule = (codes: string, value: unknown): Read => {
  const match = codesPattern.exec(codes);
  if (!match) return { outcome: 'refused', reason: `"${codes}" is no command_status such as 0x400 or 0x400-0x40F` };
  const from = Number.parseInt(match[1] ?? '', 16);
  const to = match[2] === undefined ? from : Number.parseInt(match[2], 16);
  if (from === 0) return { outcome: 'refused', reason: `"${codes}" has 0x0 in it, which is no refusal` };
  if (to < from) return { outcome: 'refused', reason: `"${codes}" ends before it begins` };
  const meaning = Meaning.safeParse(value);
  if (meaning.success) return { outcome: 'rule', rule: { from, to, ...meaning.data } };
  const reason = `"${codes}" is to mean one of ${classes.join(', ')}, or {"means": one of them, "mostTries": 1 to 10}`;
  return { outcome: 'refused', reason };
};

const faultsOf = (read: readonly Read[]): string[] => {
  const rules = read
    .flatMap((each) => (each.outcome === 'rule' ? [each.rule] : []))
    .toSorted((a, b) => a.from - b.from);
  const overlaps = rules.flatMap((rule, i) => {
    const before = rules[i - 1];
    return before && before.to >= rule.from ? [`0x${rule.from.toString(16)} is named twice`] : [];
  });
  return [...read.flatMap((each) => (each.outcome === 'refused' ? [each.reason] : [])), ...overlaps];
};

/**
 * What command_statuses mean with one provider, where that differs from the specification (docs/smpp.md): JSON, from a
 * status or a range of them to its class, `{"0x400-0x40F": "permanent", "0x45": {"means": "transient", "mostTries": 4}}`.
 */
export const ProviderStatuses = z.string().transform((text, context): readonly StatusRule[] => {
  const refuse = (reason: string): never => {
    context.addIssue({ code: 'custom', message: reason });
    return z.NEVER;
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return refuse('it is no JSON object');
  const read = Object.entries(parsed).map(([codes, value]) => readRule(codes, value));
  const faults = faultsOf(read);
  if (faults.length > 0) return refuse(faults.join(', '));
  return read.flatMap((each) => (each.outcome === 'rule' ? [each.rule] : []));
});
