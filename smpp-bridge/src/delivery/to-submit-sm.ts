import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { segmentBinary, segmentText } from '#shared/domain/text/segment.ts';
import type { SubmitSmFields } from '../session/session-types.ts';
import { destinationAddress, sourceAddress } from './address.ts';

export interface PartToSubmit {
  readonly part: number;
  readonly fields: SubmitSmFields;
}

/** esm_class, SMPP 3.4, 5.2.12: store and forward, with or without a user data header. */
const esmClass = { plain: 0x00, udhi: 0x40 };
/** data_coding, 5.2.19: the SMSC's default alphabet, UCS-2, octets unspecified (where a binary message does not say). */
const dataCoding = { gsm7: 0x00, ucs2: 0x08, binary: 0x04 };
/** registered_delivery, 5.2.17: a receipt whatever the outcome. */
const receiptAlways = 0x01;

const twoDigits = (value: number): string => `${value}`.padStart(2, '0');

/** A relative time, 7.1.1: `YYMMDDhhmmss000R`, at least a minute and, as every SMSC takes, less than 100 days. */
export const relativeTime = (seconds: number): string => {
  const bounded = Math.min(Math.max(seconds, 60), 99 * 86_400);
  const days = Math.floor(bounded / 86_400);
  const rest = [Math.floor(bounded / 3600) % 24, Math.floor(bounded / 60) % 60, Math.floor(bounded) % 60];
  return `0000${[days, ...rest].map(twoDigits).join('')}000R`;
};

const cutClaim = ({ body, encoding, udh_hex, concat_reference: reference }: Claim) =>
  encoding === 'binary'
    ? segmentBinary({ data: Buffer.from(body, 'hex'), udh: Buffer.from(udh_hex ?? '', 'hex'), reference })
    : segmentText({ text: body, encoding, reference });

/**
 * The parts of a claimed message that are still to go. Segmentation is a function of the content, so every attempt cuts
 * it alike and numbers it with the same reference.
 *
 * @throws Error when the stored content cannot be cut as it was when it was accepted: a fault, not a refusal.
 */
export const toSubmitSm = (claim: Claim): PartToSubmit[] => {
  const cut = cutClaim(claim);
  if (cut.outcome === 'refused') throw new Error(`Message ${claim.message_id} cannot be cut: ${cut.reason}`);
  const source = sourceAddress(claim.sender);
  const destination = destinationAddress(claim.recipient);
  return claim.part_numbers.map((part) => {
    const piece = cut.parts[part - 1];
    if (!piece) throw new Error(`Message ${claim.message_id} has no part ${part}`);
    const fields: SubmitSmFields = {
      source_addr_ton: source.ton,
      source_addr_npi: source.npi,
      source_addr: source.addr,
      dest_addr_ton: destination.ton,
      dest_addr_npi: destination.npi,
      destination_addr: destination.addr,
      esm_class: piece.udh.length > 0 ? esmClass.udhi : esmClass.plain,
      protocol_id: claim.protocol_id ?? 0,
      data_coding: claim.data_coding ?? dataCoding[claim.encoding],
      registered_delivery: receiptAlways,
      validity_period: relativeTime(claim.remaining_seconds),
      short_message: Buffer.concat([piece.udh, piece.data]),
    };
    return { part, fields };
  });
};
