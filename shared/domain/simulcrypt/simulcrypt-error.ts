/** What is wrong with octets or values of the protocol. */
export type SimulcryptFault = 'length' | 'message_type' | 'parameter' | 'value' | 'version';

/** The only error that encoding, decoding and framing throw. */
export class SimulcryptError extends Error {
  readonly fault: SimulcryptFault;
  constructor(fault: SimulcryptFault, message: string) {
    super(message);
    this.name = 'SimulcryptError';
    this.fault = fault;
  }
}
