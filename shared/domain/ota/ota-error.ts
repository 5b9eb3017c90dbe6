/** Why octets or values are no secured packet, or none that may be trusted. */
export type OtaReason =
  | 'spi.reserved_value'
  | 'algorithm.unsupported'
  | 'algorithm.implicit_unknown'
  | 'key.missing'
  | 'key.length'
  | 'key.version'
  | 'tar.length'
  | 'counter.out_of_range'
  | 'cc.length'
  | 'data.not_whole_blocks'
  | 'command.too_long'
  | 'response.truncated'
  | 'response.length_mismatch'
  | 'response.header_length'
  | 'response.tar_mismatch'
  | 'response.padding'
  | 'response.status_unknown'
  | 'response.not_authentic'
  | 'response.unsecured_success'
  | 'parts.too_many'
  | 'apdu.malformed'
  | 'answer.malformed';

/** What the functions of this folder throw, and all that they throw; the message holds no key and no data. */
export class OtaError extends Error {
  override readonly name = 'OtaError';
  readonly reason: OtaReason;

  constructor(reason: OtaReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
