/**
 * A PDU whose frame is whole but whose content breaks the specification. The session lives on: the peer is answered
 * with `commandStatus` under the same sequence number.
 */
export class PduError extends Error {
  readonly commandId: number;
  readonly sequenceNumber: number;
  readonly commandStatus: number;

  constructor(message: string, header: { commandId: number; sequenceNumber: number }, commandStatus: number) {
    super(message);
    this.name = 'PduError';
    this.commandId = header.commandId;
    this.sequenceNumber = header.sequenceNumber;
    this.commandStatus = commandStatus;
  }
}
