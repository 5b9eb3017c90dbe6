/** What is wrong with octets or a request of an EMM; none of it tells a key or a plaintext. */
export type EmmFault =
  | 'authentication'
  | 'commitment'
  | 'command'
  | 'context'
  | 'crc'
  | 'field'
  | 'length'
  | 'suite'
  | 'table_id'
  | 'version';

/** The only error that reading, writing, sealing and opening an EMM throw. */
export class EmmError extends Error {
  readonly fault: EmmFault;
  constructor(fault: EmmFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmmError';
    this.fault = fault;
  }
}
