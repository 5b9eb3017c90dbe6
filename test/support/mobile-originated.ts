import { v7 as uuidV7 } from 'uuid';
import { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { segmentText } from '#shared/domain/text/segment.ts';
import { type ConcatHeader, concat8 } from '#shared/domain/text/user-data.ts';

/** What the bridge says of one short message from a telephone. */
export const inboundReceived = (given: Partial<InboundReceived> = {}): InboundReceived =>
  InboundReceived.parse({
    type: 'InboundReceived',
    version: 1,
    inbound_id: uuidV7(),
    provider: 'primary',
    source_addr: '491700000001',
    destination_addr: '12345',
    data_coding: 0,
    esm_class: 0,
    protocol_id: 0,
    udh_hex: '',
    data_hex: '',
    at: new Date().toISOString(),
    ...given,
  });

/** The short messages of a text, in their order. */
export const inboundTexts = (
  text: string,
  given: Partial<InboundReceived> = {},
  { reference = 1, header = concat8 }: { readonly reference?: number; readonly header?: ConcatHeader } = {},
): InboundReceived[] => {
  const made = segmentText({ text, encoding: 'auto', reference, header });
  if (made.outcome === 'refused') throw new Error(made.reason);
  return made.parts.map(({ udh, data }) =>
    inboundReceived({
      data_coding: made.encoding === 'gsm7' ? 0 : 8,
      esm_class: udh.length > 0 ? 0x40 : 0,
      udh_hex: udh.toString('hex'),
      data_hex: data.toString('hex'),
      ...given,
      inbound_id: uuidV7(),
    }),
  );
};
