import * as z from 'zod';
import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type { CardSeal, CardSealer } from '#shared/adapters/hsm/seal-card-keys.ts';
import type { CardBatch, CardLine, ImportedBatch, ImportedLine } from '#shared/adapters/import-cards.ts';
import { CardBatchEnvelope, CardBatchLine, type ImportedCards, lineReasons } from '#shared/contracts/cards.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { answer } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { fieldErrors, readBody, readKey } from '../read-body.ts';

/** What importing cards does to the world. */
export interface CardImports {
  /** UUID v7 of now. */
  newId(): string;
  readonly beginSeal: CardSealer;
  importCards(batch: CardBatch, actor: Actor, key: IdempotencyKey | null): Promise<ImportedBatch>;
}

type Rejected = ImportedCards['rejected'][number];

const bodyLimit = 2 * 1024 * 1024;

const LineNumber = z.object({ line: z.int().min(1) });

interface Sorted {
  readonly lines: readonly CardBatchLine[];
  readonly rejected: readonly Rejected[];
}

const sortLines = (items: readonly unknown[]): Sorted => {
  const lines: CardBatchLine[] = [];
  const rejected: Rejected[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = CardBatchLine.safeParse(item);
    if (parsed.success) lines.push(parsed.data);
    else {
      const line = LineNumber.safeParse(item).data?.line ?? index + 1;
      rejected.push({ line, reason: 'malformed', message: lineReasons.malformed, errors: fieldErrors(parsed.error) });
    }
  }
  return { lines, rejected };
};

/** A line as it is kept: a key that came in clear leaves this function sealed, and not at all otherwise. */
const toCardLine = (line: CardBatchLine, seal: CardSeal | null): CardLine => {
  const { iccid, version, location, kic, kid } = line;
  if (location === 'hsm') return { ...line };
  const sealed = (use: 'kic' | 'kid', key: string | null): string | null => {
    if (key === null) return null;
    if (!seal) throw new Error('There is a key and nothing to seal it under');
    return seal.seal({ iccid, version, use }, Buffer.from(key, 'hex'));
  };
  return { ...line, kic: sealed('kic', kic), kid: sealed('kid', kid) };
};

const toBatch = async (world: CardImports, lines: readonly CardBatchLine[]): Promise<CardBatch> => {
  const hasKeys = lines.some(({ location }) => location === 'sealed');
  const seal = hasKeys ? await world.beginSeal(world.newId()) : null;
  try {
    const dataKey = seal?.dataKey ?? null;
    return { id: world.newId(), lines: lines.map((line) => toCardLine(line, seal)), dataKey };
  } finally {
    seal?.end();
  }
};

const view = (rejected: readonly Rejected[], lines: readonly ImportedLine[]): ImportedCards => {
  const refused = lines.flatMap(({ line, outcome }): Rejected[] =>
    outcome === 'imported' || outcome === 'known'
      ? []
      : [{ line, reason: outcome, message: lineReasons[outcome], errors: [] }],
  );
  return {
    imported: lines.filter(({ outcome }) => outcome === 'imported').length,
    known: lines.filter(({ outcome }) => outcome === 'known').length,
    rejected: [...rejected, ...refused].sort((a, b) => a.line - b.line),
  };
};

/** POST /v1/admin/cards: what is wrong with one line is said of it, and does not concern the others. */
export const createImportCards =
  (world: CardImports): Handle =>
  async (request) => {
    const body = readBody(request, CardBatchEnvelope, bodyLimit);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'importCards', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const { lines, rejected } = sortLines(body.value.lines);
    if (lines.length === 0) return answer(201, view(rejected, []));
    const imported = await world.importCards(await toBatch(world, lines), actorOf(request), keyed.key);
    if (imported.outcome === 'mismatch') return keyMismatch();
    return answer(201, view(rejected, imported.lines), replayHeaders(imported.outcome));
  };
