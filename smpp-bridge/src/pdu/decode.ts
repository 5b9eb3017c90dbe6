import { commandStatuses } from './command-status.ts';
import { type Cursor, fail, readers } from './decode-fields.ts';
import { decodeHeader } from './decode-header.ts';
import { decodeMessage, decodeMessageId } from './decode-message.ts';
import { decodeTlvs, noOtherTlvs, noTlvs } from './decode-tlvs.ts';
import { bodyFields, type Field } from './fields.ts';
import { type CommandName, commandIds, headerLength, isResponse, type Pdu } from './pdu.ts';
import { PduError } from './pdu-error.ts';
import type { RawTlv, Tlvs } from './tlvs.ts';

/** What is common to every body; the rest of it goes through here unseen. */
interface Body {
  short_message?: unknown;
  tlvs: Tlvs;
  otherTlvs: readonly RawTlv[];
}
type BodyDecoder = (cursor: Cursor) => Body;

const writtenOut: { readonly [Command in CommandName]?: BodyDecoder } = {
  submit_sm: decodeMessage,
  deliver_sm: decodeMessage,
  submit_sm_resp: decodeMessageId,
  deliver_sm_resp: decodeMessageId,
  data_sm_resp: decodeMessageId,
};

const decoderOf = (fields: readonly (readonly [name: string, field: Field])[]): BodyDecoder => {
  // Copying the shape of an object is far cheaper than growing one key by key.
  const blank = Object.fromEntries(fields.map(([name]): [string, unknown] => [name, undefined]));
  return (cursor) => {
    const body: Body & Record<string, unknown> = { ...blank, tlvs: noTlvs, otherTlvs: noOtherTlvs };
    for (const [name, field] of fields) body[name] = readers[field.kind](cursor, name, field);
    return body;
  };
};

interface Layout {
  readonly command: CommandName;
  readonly decodeFields: BodyDecoder;
  /** Whether the header alone stands for a body that was left out: a response which has parameters. */
  readonly mayLackBody: boolean;
}

const layouts: ReadonlyMap<number, Layout> = new Map(
  Object.entries(bodyFields).map(([name, table]) => {
    const command = name as CommandName;
    const id = commandIds[command];
    const fields: [string, Field][] = Object.entries(table);
    const decodeFields = writtenOut[command] ?? decoderOf(fields);
    return [id, { command, decodeFields, mayLackBody: isResponse(id) && fields.length > 0 }];
  }),
);

const decodeBody = (cursor: Cursor, layout: Layout): Body => {
  const body = layout.decodeFields(cursor);
  if (cursor.offset === cursor.frame.length) return body;
  const { tlvs, otherTlvs } = decodeTlvs(cursor.frame, cursor.offset);
  body.tlvs = tlvs;
  body.otherTlvs = otherTlvs;
  const { short_message: shortMessage } = body;
  if (tlvs.message_payload?.length && Buffer.isBuffer(shortMessage) && shortMessage.length > 0)
    fail(cursor, 'message_payload', 'stands beside a short_message', commandStatuses.ESME_ROPTPARNOTALLWD);
  return body;
};

/**
 * Decodes one whole PDU, as a framer gives it.
 *
 * Buffers in the result are views into the frame. A response that is its header alone, which every SMSC sends when it
 * refuses, has a null body. Optional parameters are taken after any command: 3.4 forbids them after some, later
 * versions do not, and SMSCs send them.
 *
 * @throws PduError for an unknown command_id (ESME_RINVCMDID) and for content outside the specification's limits;
 * nothing else, whatever the octets.
 */
export const decodePdu = (frame: Buffer): Pdu => {
  const layout = layouts.get(frame.readUInt32BE(4));
  if (!layout) throw new PduError('command_id is not known', decodeHeader(frame), commandStatuses.ESME_RINVCMDID);
  const headerOnly = layout.mayLackBody && frame.length === headerLength;
  const body = headerOnly ? null : decodeBody({ frame, offset: headerLength }, layout);
  const commandStatus = frame.readUInt32BE(8);
  const sequenceNumber = frame.readUInt32BE(12);
  // The table gave each field its type; TypeScript cannot follow it through the loop.
  return { command: layout.command, commandStatus, sequenceNumber, body } as unknown as Pdu;
};
