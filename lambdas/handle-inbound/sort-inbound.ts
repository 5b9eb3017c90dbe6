import { createHash } from 'node:crypto';
import type { NewParts, PartContent } from '#shared/adapters/collect-parts.ts';
import type { Inbound } from '#shared/adapters/receive-and-tell.ts';
import type { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { numberingOf } from '#shared/domain/inbound/inbound-part.ts';

export interface SortedInbound {
  /** Messages of one part. */
  readonly whole: readonly Inbound[];
  /** Parts of longer ones, each list under one key: what stands later in it goes in a later turn. */
  readonly parts: readonly (readonly NewParts[])[];
}

const contentOf = (inbound: InboundReceived): PartContent => {
  const { data_coding, esm_class, default_alphabet, protocol_id, udh_hex, data_hex } = inbound;
  return { data_coding, esm_class, default_alphabet, protocol_id, udh_hex, data_hex };
};

/** By which a part that comes again is known without keeping what it said. */
const digestOf = ({ data_coding, udh_hex, data_hex }: PartContent): string =>
  createHash('sha256')
    .update(JSON.stringify([data_coding, udh_hex, data_hex]))
    .digest('base64url')
    .slice(0, 16);

const wholeOf = (inbound: InboundReceived): Inbound => ({
  id: inbound.inbound_id,
  provider: inbound.provider,
  source_addr: inbound.source_addr,
  destination_addr: inbound.destination_addr,
  received_at: inbound.at,
  total: 1,
  parts: [contentOf(inbound)],
  is_assembled: false,
});

const partOf = (inbound: InboundReceived): NewParts | null => {
  const numbering = numberingOf(inbound);
  if (!numbering) return null;
  const { part, ...key } = numbering;
  const content = contentOf(inbound);
  const { provider, source_addr, destination_addr } = inbound;
  return {
    id: inbound.inbound_id,
    provider,
    source_addr,
    destination_addr,
    ...key,
    received_at: inbound.at,
    digests: { [part]: digestOf(content) },
    contents: { [part]: content },
  };
};

const keyOf = ({ provider, source_addr, destination_addr, scheme, reference, total }: NewParts): string =>
  JSON.stringify([provider, source_addr, destination_addr, scheme, reference, total]);

const agrees = (a: NewParts, b: NewParts): boolean =>
  Object.entries(b.digests).every(([part, digest]) => (a.digests[Number(part)] ?? digest) === digest);

const joined = (a: NewParts, b: NewParts): NewParts => ({
  ...a,
  digests: { ...a.digests, ...b.digests },
  contents: { ...a.contents, ...b.contents },
});

/** A part beside another one of its number, and unlike it, is of another message under the same key. */
const turnsOf = (parts: readonly NewParts[]): NewParts[] => {
  const turns: NewParts[] = [];
  for (const part of parts) {
    const last = turns.at(-1);
    if (last && agrees(last, part)) turns[turns.length - 1] = joined(last, part);
    else turns.push(part);
  }
  return turns;
};

/**
 * Tells whole messages from parts of longer ones. What is no message to a client, whatever its octets would read as, is
 * to be told apart here, before anything is read as text.
 */
export const sortInbound = (inbound: readonly InboundReceived[]): SortedInbound => {
  const sorted = inbound.map((each) => ({ each, part: partOf(each) }));
  const parts = sorted.flatMap(({ part }) => (part ? [part] : []));
  return {
    whole: sorted.flatMap(({ each, part }) => (part ? [] : [wholeOf(each)])),
    parts: [...Map.groupBy(parts, keyOf).values()].map(turnsOf),
  };
};
