import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { splitPacket } from '#shared/domain/ota/packet-parts.ts';
import { encodeDefault } from '#shared/domain/text/default-alphabet.ts';
import { segmentBinary, segmentText } from '#shared/domain/text/segment.ts';
import { concat8, elementsBeside, parseUserData, withElements } from '#shared/domain/text/user-data.ts';
import type { SubmitSmFields } from '../session/session-types.ts';
import { destinationAddress, sourceAddress } from './address.ts';
import { type SubmitStyle, usualStyle, validityPeriod } from './submit-style.ts';

export interface PartToSubmit {
  /** The parts of the message that this submit_sm carries: all of them, or one. */
  readonly parts: readonly number[];
  readonly fields: SubmitSmFields;
}

interface Piece {
  readonly number: number;
  /** The elements of its header but the one that numbers it. */
  readonly elements: Buffer;
  readonly data: Buffer;
}

interface Cut {
  readonly pieces: readonly Piece[];
  readonly reference: number;
}

/** esm_class, SMPP 3.4, 5.2.12: store and forward, with or without a user data header. */
const esmClass = { plain: 0x00, udhi: 0x40 };
/** data_coding, 5.2.19: the SMSC's default alphabet, UCS-2, octets unspecified (where a binary message does not say). */
const dataCoding = { gsm7: 0x00, ucs2: 0x08, binary: 0x04 };
/** registered_delivery, 5.2.17: a receipt whatever the outcome. */
const receiptAlways = 0x01;
/** (U)SIM data download: 3GPP TS 23.040, 9.2.3.9. */
const simDataDownload = 0x7f;

const cutClaim = ({ body, encoding, udh_hex, push_reference_bits, concat_reference: reference, ...claim }: Claim) => {
  // A card's packet: what its header says stands in the first part alone.
  if (push_reference_bits !== null)
    return { parts: splitPacket(Buffer.from(body, 'hex'), { reference, referenceBits: push_reference_bits }) };
  const shifts = { locking: claim.locking_shift ?? 0, single: claim.single_shift ?? 0 };
  const cut =
    encoding === 'binary'
      ? segmentBinary({ data: Buffer.from(body, 'hex'), udh: Buffer.from(udh_hex ?? '', 'hex'), reference })
      : segmentText({ text: body, encoding, reference, shifts });
  if (cut.outcome === 'segmented') return cut;
  throw new Error(`Message ${claim.message_id} cannot be cut: ${cut.reason}`);
};

/** The octets of a text's piece under data_coding 0 as this SMSC reads it; null where it cannot write it. */
const inAlphabet = (
  piece: { readonly data: Buffer; readonly text?: string; readonly udh: Buffer },
  { encoding }: Claim,
  { default_alphabet }: SubmitStyle,
): Buffer | null => {
  if (encoding !== 'gsm7' || default_alphabet === 'gsm7' || piece.text === undefined) return piece.data;
  // A national table is the GSM alphabet's.
  if (elementsBeside(piece.udh).length > 0) return null;
  const written = encodeDefault(piece.text, default_alphabet);
  return written.outcome === 'encoded' ? written.data : null;
};

/** What differs between submit_sm of one message. */
type PieceFields = Pick<SubmitSmFields, 'esm_class' | 'short_message' | 'tlvs'>;

const withHeader = (udh: Buffer, data: Buffer): PieceFields => ({
  esm_class: udh.length > 0 ? esmClass.udhi : esmClass.plain,
  short_message: Buffer.concat([udh, data]),
});

const inParts = ({ pieces, reference }: Cut, total: number, style: SubmitStyle['long_messages']) =>
  pieces.map(({ number, elements, data }): { readonly parts: readonly number[]; readonly piece: PieceFields } => {
    const alone = withElements(Buffer.alloc(0), elements);
    if (total === 1) return { parts: [number], piece: withHeader(alone, data) };
    const sar = { sar_msg_ref_num: reference & 0xffff, sar_total_segments: total, sar_segment_seqnum: number };
    if (style === 'sar') return { parts: [number], piece: { ...withHeader(alone, data), tlvs: sar } };
    const numbered = withElements(concat8.build(reference, total, number), elements);
    return { parts: [number], piece: withHeader(numbered, data) };
  });

/** 5.3.2.32: all of it in one submit_sm, which the SMSC cuts by itself. */
const asPayload = ({ pieces }: Cut) => {
  const udh = withElements(Buffer.alloc(0), pieces[0]?.elements ?? Buffer.alloc(0));
  const message_payload = Buffer.concat([udh, ...pieces.map(({ data }) => data)]);
  const piece: PieceFields = {
    esm_class: udh.length > 0 ? esmClass.udhi : esmClass.plain,
    short_message: Buffer.alloc(0),
    tlvs: { message_payload },
  };
  return [{ parts: pieces.map(({ number }) => number), piece }];
};

/** The client's own word first, then the provider's for what it is. */
const codingOf = (claim: Claim, style: SubmitStyle) => {
  const isOta = claim.encoding === 'binary' && claim.protocol_id === simDataDownload;
  if (isOta) return { protocol_id: style.ota_protocol_id, data_coding: claim.data_coding ?? style.ota_data_coding };
  const usual = claim.encoding === 'binary' ? 0 : style.text_protocol_id;
  return { protocol_id: claim.protocol_id ?? usual, data_coding: claim.data_coding ?? dataCoding[claim.encoding] };
};

const addressesOf = (claim: Claim, style: SubmitStyle) => {
  const source = sourceAddress(claim.sender);
  const destination = destinationAddress(claim.recipient);
  return {
    source_addr_ton: style.source_ton ?? source.ton,
    source_addr_npi: style.source_npi ?? source.npi,
    source_addr: source.addr,
    dest_addr_ton: style.dest_ton ?? destination.ton,
    dest_addr_npi: style.dest_npi ?? destination.npi,
    destination_addr: destination.addr,
  };
};

/**
 * The parts of a claimed message that are still to go, as one provider wants them. Segmentation is a function of the
 * content, so every attempt and every provider cuts it alike and numbers it with the same reference.
 *
 * @returns null when the provider's alphabet cannot write the text: it is not for this one.
 * @throws Error when the stored content cannot be cut as it was when it was accepted: a fault, not a refusal.
 */
export const toSubmitSm = (
  claim: Claim,
  style: SubmitStyle = usualStyle,
  now: Date = new Date(),
): PartToSubmit[] | null => {
  const cut = cutClaim(claim);
  const total = cut.parts.length;
  const wanted = claim.part_numbers.map((number) => {
    const part = cut.parts[number - 1];
    if (!part) throw new Error(`Message ${claim.message_id} has no part ${number}`);
    return { number, udh: part.udh, elements: elementsBeside(part.udh), data: inAlphabet(part, claim, style) };
  });
  const pieces = wanted.flatMap(({ data, ...piece }) => (data === null ? [] : [{ ...piece, data }]));
  if (pieces.length < wanted.length) return null;
  const common = {
    ...addressesOf(claim, style),
    ...codingOf(claim, style),
    registered_delivery: receiptAlways,
    validity_period: validityPeriod(style.validity, claim.remaining_seconds, now),
  };
  // Some parts may have gone before, one by one: then the others go in the same way.
  const whole = style.long_messages === 'payload' && total > 1 && pieces.length === total;
  const asCut = pieces.map(({ number, udh, data }) => ({ parts: [number], piece: withHeader(udh, data) }));
  const numbered = { pieces, reference: claim.concat_reference };
  const submits =
    style.long_messages === 'udh16' || ownNumbers(claim)
      ? asCut
      : whole
        ? asPayload(numbered)
        : inParts(numbered, total, style.long_messages);
  return submits.map(({ parts, piece }) => ({ parts, fields: { ...common, ...piece } }));
};

/**
 * A client that cuts its own message numbers the pieces itself: each of them is one part to us, and goes as it is. So
 * does a card's packet, which was sized for the references of its card.
 */
const ownNumbers = ({ encoding, udh_hex, push_reference_bits }: Claim): boolean => {
  if (push_reference_bits !== null) return true;
  if (encoding !== 'binary' || !udh_hex) return false;
  const own = parseUserData(Buffer.from(udh_hex, 'hex'), true);
  return own.outcome === 'parsed' && own.concatenation !== null;
};
