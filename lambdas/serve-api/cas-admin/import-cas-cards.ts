import * as z from 'zod';
import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type {
  CasCardBatch,
  CasCardRow,
  ImportedCasBatch,
  ImportedCasLine,
} from '#shared/adapters/cas/import-cas-cards.ts';
import {
  CasCardBatchEnvelope,
  CasCardLine,
  casLineReasons,
  type ImportedCasCards,
} from '#shared/contracts/cas-cards.ts';
import type { SectionFormats } from '#shared/domain/emm/section.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { clientIdOf } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import { noCasSystem } from '../cas/request-handles.ts';
import type { Handle } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { fieldErrors, readBody, readKey } from '../read-body.ts';
import { fitsAddress } from './fits-address.ts';

/** What importing cards does to the world. */
export interface CasCardImports {
  /** UUID v7 of now. */
  newId(): string;
  /** Null when the client has no CA system. */
  sectionsOf(clientId: string): Promise<SectionFormats | null>;
  /** Keys of 32 octets in hexadecimal, as they are kept, in their order. */
  protectDeviceKeys(clientId: string, keys: readonly string[]): Promise<readonly string[]>;
  importCards(batch: CasCardBatch, actor: Actor, key: IdempotencyKey | null): Promise<ImportedCasBatch>;
}

type Rejected = ImportedCasCards['rejected'][number];

interface Sorted {
  readonly lines: readonly CasCardLine[];
  readonly rejected: readonly Rejected[];
}

const LineNumber = z.object({ line: z.int().min(1) });

const sortLines = (items: readonly unknown[], sections: SectionFormats): Sorted => {
  const lines: CasCardLine[] = [];
  const rejected: Rejected[] = [];
  const reject = (line: number, reason: 'malformed' | 'address_too_long', errors: Rejected['errors']): void => {
    rejected.push({ line, reason, message: casLineReasons[reason], errors });
  };
  for (const [index, item] of items.entries()) {
    const parsed = CasCardLine.safeParse(item);
    if (!parsed.success)
      reject(LineNumber.safeParse(item).data?.line ?? index + 1, 'malformed', fieldErrors(parsed.error));
    else if (fitsAddress(parsed.data.card, sections.unique)) lines.push(parsed.data);
    else reject(parsed.data.line, 'address_too_long', []);
  }
  return { lines, rejected };
};

/** Keys leave this function as they are kept, and not at all otherwise. */
const toRows = async (
  world: CasCardImports,
  clientId: string,
  lines: readonly CasCardLine[],
): Promise<readonly CasCardRow[]> => {
  const keys = lines.flatMap(({ key }) => (key === null ? [] : [key]));
  const kept = keys.length === 0 ? [] : await world.protectDeviceKeys(clientId, keys);
  if (kept.length !== keys.length) throw new Error('Not every key was protected');
  let taken = 0;
  return lines.map(({ key, group, ...line }) => ({
    ...line,
    group_number: group,
    device_key: key === null ? null : (kept[taken++] ?? null),
  }));
};

const view = (rejected: readonly Rejected[], lines: readonly ImportedCasLine[]): ImportedCasCards => {
  const refused = lines.flatMap(({ line, outcome }): Rejected[] =>
    outcome === 'imported' || outcome === 'known'
      ? []
      : [{ line, reason: outcome, message: casLineReasons[outcome], errors: [] }],
  );
  return {
    imported: lines.filter(({ outcome }) => outcome === 'imported').length,
    known: lines.filter(({ outcome }) => outcome === 'known').length,
    rejected: [...rejected, ...refused].sort((a, b) => a.line - b.line),
  };
};

/** POST /v1/admin/clients/{id}/cas-cards: what is wrong with one line is said of it, and does not concern the others. */
export const createImportCasCards =
  (world: CasCardImports): Handle =>
  async (request) => {
    const body = readBody(request, CasCardBatchEnvelope);
    if (body.outcome === 'refused') return body;
    const clientId = clientIdOf(request);
    const keyed = readKey(request, 'importCasCards', [clientId, body.value]);
    if (keyed.outcome === 'refused') return keyed;
    const sections = clientId && (await world.sectionsOf(clientId));
    if (!sections) return noCasSystem();
    const { lines, rejected } = sortLines(body.value.lines, sections);
    if (lines.length === 0) return answer(201, view(rejected, []));
    const batch = { id: world.newId(), clientId, lines: await toRows(world, clientId, lines) };
    const imported = await world.importCards(batch, actorOf(request), keyed.key);
    if (imported.outcome === 'mismatch') return keyMismatch();
    if (imported.outcome === 'no-system') return noCasSystem();
    return answer(201, view(rejected, imported.lines), replayHeaders(imported.outcome));
  };
