import { decodePdu } from './decode.ts';
import { encodePdu, type OutgoingPdu } from './encode.ts';
import { type CommandName, commandIds, headerLength, type Pdu, type PduOf } from './pdu.ts';
import { PduError } from './pdu-error.ts';

/** Frames for the tests of the codec, put together by hand where no encoder would make them. */

export const frameOf = (commandId: number, body: Buffer, sequenceNumber = 7, status = 0): Buffer => {
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE(headerLength + body.length, 0);
  header.writeUInt32BE(commandId, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequenceNumber, 12);
  return Buffer.concat([header, body]);
};

/** What the call throws, which is to be a PduError. */
export const errorOf = (run: () => unknown): PduError => {
  try {
    run();
  } catch (error) {
    if (error instanceof PduError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

export const submit = (body: OutgoingPdu<'submit_sm'>['body'], sequenceNumber = 1) =>
  encodePdu({ command: 'submit_sm', commandStatus: 0, sequenceNumber, body });

export const decodeAs = <Command extends CommandName>(_command: Command, frame: Buffer): PduOf<Command> =>
  decodePdu(frame) as Pdu & PduOf<Command>;

/** A submit_sm of NULLs alone, and then these octets. */
export const submitFrame = (...tail: number[]) =>
  frameOf(commandIds.submit_sm, Buffer.from([...new Array<number>(16).fill(0), 0, ...tail]));
