import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { HeardCallback } from '#shared/domain/invariants/compare-callbacks.ts';
import type { TakenSubmit } from '#shared/domain/invariants/compare-submissions.ts';

/** A peer's log, and since when it is whole: peers keep only so much. */
export interface Log<Entry> {
  readonly entries: readonly Entry[];
  /** Null: from its beginning. */
  readonly wholeSince: Date | null;
}

const mostSubmits = 100_000;
const mostCallbacks = 10_000;
/** Between the peer's clock and the moment at which the database says that it happened. */
const slackMs = 60_000;

const wholeSince = (entries: readonly { readonly time: string }[], most: number): Date | null => {
  const [first] = entries;
  return first && entries.length >= most ? new Date(Date.parse(first.time) + slackMs) : null;
};

const read = async <Schema extends z.ZodType>(url: URL, schema: Schema): Promise<z.output<Schema>> => {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`Nothing answers at ${url.origin}: does Signalbox still run?`, { cause });
  });
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return schema.parse(await response.json());
};

const Received = z.object({
  records: z.array(
    z.object({
      time: z.string(),
      destination: z.string(),
      part: z.object({ number: z.int(), total: z.int(), reference: z.int() }).nullable(),
      text: z.string().nullable(),
      data_hex: z.string(),
      command_status: z.int(),
      message_id: z.string().nullable(),
    }),
  ),
});

const hash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** What the SMSC simulator took, from its control port. */
export const readSmscLog = async (controlUrl: string): Promise<Log<TakenSubmit>> => {
  const { records } = await read(new URL(`/received?limit=${mostSubmits}`, controlUrl), Received);
  const entries = records.flatMap(({ command_status, message_id, destination, part, text, data_hex }) =>
    command_status === 0 && message_id !== null
      ? [{ smsc_message_id: message_id, destination, part, body_hash: hash(text ?? data_hex) }]
      : [],
  );
  return { entries, wholeSince: wholeSince(records, mostSubmits) };
};

const Came = z.array(z.object({ time: z.string(), body: z.string().nullable(), verdict: z.string(), status: z.int() }));

/** A push has the id of its message. */
const Data = z.object({ message_id: z.string().optional(), push_id: z.string().optional() });
const Body = z.object({ id: z.string(), type: z.string(), data: Data });

const parseBody = (body: string | null): z.infer<typeof Body> | null => {
  try {
    return Body.safeParse(JSON.parse(body ?? '')).data ?? null;
  } catch {
    return null;
  }
};

/** What the callback receiver got. */
export const readCallbackLog = async (callbacksUrl: string): Promise<Log<HeardCallback>> => {
  const came = await read(new URL(callbacksUrl), Came);
  const entries = came.map(({ body, verdict, status }) => {
    const parsed = parseBody(body);
    return {
      id: parsed?.id ?? null,
      messageId: parsed?.data.message_id ?? parsed?.data.push_id ?? null,
      type: parsed?.type ?? null,
      verdict,
      status,
    };
  });
  return { entries, wholeSince: wholeSince(came, mostCallbacks) };
};
