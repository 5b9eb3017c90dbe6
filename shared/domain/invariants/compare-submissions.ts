import type { Finding, Promised } from './finding.ts';

/** A part as the database has it. */
export interface SentPart {
  readonly message_id: string;
  readonly number: number;
  readonly parts: number;
  readonly recipient: string;
  readonly concat_reference: number;
  /** SHA-256 of the whole text in UTF-8, hexadecimal. */
  readonly body_hash: string;
  /** How often its fate became unknown: so many times more it may have been taken. Of a push 0: it is never sent again. */
  readonly unknown_times: number;
  /** What the SMSC called it, one for each time that it said so. */
  readonly smsc_message_ids: readonly string[];
}

/** A submit_sm that the SMSC took, as it has it. */
export interface TakenSubmit {
  readonly smsc_message_id: string;
  readonly destination: string;
  /** Of a concatenated part its number, of how many, under which reference. */
  readonly part: { readonly number: number; readonly total: number; readonly reference: number } | null;
  readonly body_hash: string;
}

export const submissionPromises = {
  owned: { rule: 'smsc/owned', promise: 'each submit that the SMSC took belongs to a part' },
  seen: { rule: 'smsc/seen', promise: 'each part that counts as sent was taken by the SMSC' },
  once: { rule: 'smsc/once', promise: 'the SMSC took a part twice only where its fate had become unknown' },
} as const satisfies Record<string, Promised>;

/** Some providers number parts under a reference of eight bits. */
const lowBits = 0xff;

/** What a part looks like to the SMSC, where the id it was given was lost on the way. */
const partKey = ({ recipient, parts, concat_reference, number, body_hash }: SentPart): string =>
  parts === 1 ? `${recipient} ${body_hash}` : `${recipient} ${concat_reference & lowBits} ${number}/${parts}`;

const submitKey = ({ destination, part, body_hash }: TakenSubmit): string =>
  part === null
    ? `${destination} ${body_hash}`
    : `${destination} ${part.reference & lowBits} ${part.number}/${part.total}`;

const lastDigits = (number: string): string => `…${number.slice(-3)}`;

/** One submit, one part: by the id where it was heard, else by what it looks like, as long as the part may have had more. */
const assign = (parts: readonly SentPart[], taken: readonly TakenSubmit[]) => {
  const byId = new Map(parts.flatMap((part) => part.smsc_message_ids.map((id) => [id, part] as const)));
  const byLook = Map.groupBy(parts, partKey);
  const owned = new Map<SentPart, number>();
  const foundlings: TakenSubmit[] = [];
  const own = (part: SentPart): void => void owned.set(part, (owned.get(part) ?? 0) + 1);
  const unnamed = taken.filter((submit) => {
    const part = byId.get(submit.smsc_message_id);
    if (part) own(part);
    return !part;
  });
  for (const submit of unnamed) {
    const alike = byLook.get(submitKey(submit)) ?? [];
    const part = alike.find((each) => (owned.get(each) ?? 0) < 1 + each.unknown_times) ?? alike[0];
    if (part) own(part);
    else foundlings.push(submit);
  }
  return { owned, foundlings };
};

/**
 * Compares parts with what their SMSC took.
 *
 * @param parts every part that may have been submitted since the SMSC's log begins.
 * @param taken what it took, refused ones left out.
 * @param takenLater the same, looked at after the parts: in a running system a part may have been sent in between.
 */
export const compareSubmissions = (
  parts: readonly SentPart[],
  taken: readonly TakenSubmit[],
  takenLater: readonly TakenSubmit[] = taken,
): Finding[] => {
  const { owned, foundlings } = assign(parts, taken);
  const known = new Set(takenLater.map(({ smsc_message_id }) => smsc_message_id));
  const finding = ({ rule }: Promised, { message_id }: SentPart, problem: string): Finding => ({
    rule,
    subject: 'message',
    id: message_id,
    messageId: message_id,
    problem,
  });
  const strange = foundlings.map(
    (submit): Finding => ({
      rule: submissionPromises.owned.rule,
      subject: 'submission',
      id: submit.smsc_message_id,
      messageId: null,
      problem: `taken for ${lastDigits(submit.destination)}, and no part is behind it`,
    }),
  );
  const unseen = parts.flatMap((part) =>
    part.smsc_message_ids
      .filter((id) => !known.has(id))
      .map((id) =>
        finding(submissionPromises.seen, part, `part ${part.number} was sent as ${id}, and the SMSC has no ${id}`),
      ),
  );
  const doubled = [...owned]
    .filter(([part, times]) => times > 1 + part.unknown_times)
    .map(([part, times]) =>
      finding(
        submissionPromises.once,
        part,
        `part ${part.number} was taken ${times} times, its fate unknown ${part.unknown_times} times`,
      ),
    );
  return [...strange, ...unseen, ...doubled];
};

/** How many submits the SMSC took beyond one for each part: the price of the unknown window. */
export const countDuplicates = (parts: readonly SentPart[], taken: readonly TakenSubmit[]): number =>
  [...assign(parts, taken).owned.values()].reduce((sum, times) => sum + times - 1, 0);
