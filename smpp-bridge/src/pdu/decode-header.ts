/** The header of a PDU, SMPP 3.4, 3.2, without its length, which is the frame's. */
export interface Header {
  readonly commandId: number;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
}

/** Reads the header of a whole frame, of at least 16 octets as a framer gives it. */
export const decodeHeader = (frame: Buffer): Header => ({
  commandId: frame.readUInt32BE(4),
  commandStatus: frame.readUInt32BE(8),
  sequenceNumber: frame.readUInt32BE(12),
});
