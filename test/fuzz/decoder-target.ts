import assert from 'node:assert/strict';
import { decodePdu } from '../../smpp-bridge/src/pdu/decode.ts';
import { encodePdu, type OutgoingPdu } from '../../smpp-bridge/src/pdu/encode.ts';
import { type CommandName, headerLength, type Pdu } from '../../smpp-bridge/src/pdu/pdu.ts';
import { PduError } from '../../smpp-bridge/src/pdu/pdu-error.ts';
import type { FuzzTarget } from './fuzz-target.ts';

/** The frame a framer would give: long enough for a header, and of the length that it says. */
export const asFrame = (octets: Buffer): Buffer => {
  const frame = Buffer.concat([octets, Buffer.alloc(Math.max(0, headerLength - octets.length))]);
  frame.writeUInt32BE(frame.length, 0);
  return frame;
};

/** Decodes, or gives the PduError; @throws what is thrown besides. */
export const decodeOr = (frame: Buffer): Pdu | PduError => {
  try {
    return decodePdu(frame);
  } catch (error) {
    if (error instanceof PduError) return error;
    throw error;
  }
};

const reencode = (pdu: Pdu): Buffer | PduError => {
  try {
    return encodePdu(pdu as OutgoingPdu<CommandName>);
  } catch (error) {
    if (error instanceof PduError) return error;
    throw error;
  }
};

/** Every frame gives a PDU or a PduError that can be answered; what a PDU says, it says again once encoded. */
export const decoderTarget: FuzzTarget = {
  name: 'decoder',
  probe: (octets) => {
    const frame = asFrame(octets);
    const pdu = decodeOr(frame);
    if (pdu instanceof PduError) {
      assert.equal(pdu.commandId, frame.readUInt32BE(4));
      assert.equal(pdu.sequenceNumber, frame.readUInt32BE(12));
      assert.ok(pdu.commandStatus > 0);
      return `${pdu.commandStatus} ${pdu.message.replace(/\d+/g, 'n')}`;
    }
    const again = reencode(pdu);
    // A string that fills its optional parameter has no room for the NUL that a sender owes.
    if (again instanceof PduError) assert.match(again.message, /does not fit its format/);
    else assert.deepEqual(decodePdu(again), pdu);
    return `${pdu.command} ${Object.keys(pdu.body?.tlvs ?? {}).join()} ${Math.min(pdu.body?.otherTlvs.length ?? 0, 3)}`;
  },
};
