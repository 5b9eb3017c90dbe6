import * as z from 'zod';
import type { DeliverFields } from './delivery-receipt.ts';
import { encodeText } from './user-data-text.ts';

const hex = z.string().regex(/^([0-9a-fA-F]{2})*$/, 'is not hexadecimal');
const address = z.string().regex(/^[\x20-\x7e]{1,20}$/, 'is no address');

/** A message from a telephone: a text, which is split when it is long, or octets just as they are to go. */
export const MobileOriginated = z
  .strictObject({
    source: address,
    destination: address,
    text: z.string().max(20_000).optional(),
    data_hex: hex.max(0x20000).optional(),
    udh_hex: hex.max(512).optional(),
    data_coding: z.int().min(0).max(255).optional(),
    esm_class: z.int().min(0).max(255).optional(),
  })
  .refine((mo) => (mo.text === undefined) !== (mo.data_hex === undefined), 'Give either text or data_hex.')
  .refine(
    (mo) => mo.data_hex !== undefined || (mo.udh_hex ?? mo.data_coding) === undefined,
    'A text has its own header and data_coding.',
  );
export type MobileOriginated = z.input<typeof MobileOriginated>;

const hasHeader = 0x40;
const longestShortMessage = 254;

/** The deliver_sm's of one message; more than 254 octets of data_hex go in message_payload. */
export const deliverFieldsOf = (mo: MobileOriginated, reference: number): DeliverFields[] => {
  const own = { udh: Buffer.from(mo.udh_hex ?? '', 'hex'), data: Buffer.from(mo.data_hex ?? '', 'hex') };
  const { dataCoding, pieces } =
    mo.text === undefined ? { dataCoding: mo.data_coding ?? 0, pieces: [own] } : encodeText(mo.text, reference);
  return pieces.map(({ udh, data }) => {
    const content = Buffer.concat([udh, data]);
    const isLong = content.length > longestShortMessage;
    return {
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: mo.source,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: mo.destination,
      esm_class: (mo.esm_class ?? 0) | (udh.length > 0 ? hasHeader : 0),
      data_coding: dataCoding,
      short_message: isLong ? Buffer.alloc(0) : content,
      ...(isLong ? { message_payload: content } : {}),
    };
  });
};
