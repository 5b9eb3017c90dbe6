import type { Apdu } from './apdu.ts';
import { OtaError } from './ota-error.ts';
import type { RemoteAnswer } from './remote-answer.ts';

/**
 * Remote commands in the compact format (ETSI TS 102 226, 5.1): one APDU behind the other. Only the last one's data is
 * answered.
 *
 * @throws OtaError `apdu.malformed` for an Le behind data, which the card would take for the next command.
 */
export const buildCompact = (apdus: readonly Apdu[]): Buffer => {
  for (const { data, expected } of apdus)
    if (data.length > 0 && expected !== null)
      throw new OtaError(
        'apdu.malformed',
        'In the compact format no Le follows the data: GET RESPONSE asks for an answer.',
      );
  return Buffer.concat(apdus.map(({ octets }) => octets));
};

/**
 * The answer: how many commands were executed, the status word of the last one, its data (TS 102 226, 5.1.2). Cards
 * that leave the count out are understood when the status word is all there is.
 *
 * @throws OtaError `answer.malformed`.
 */
export const parseCompact = (octets: Buffer): RemoteAnswer => {
  if (octets.length < 2) throw new OtaError('answer.malformed', 'There is no status word.');
  const counted = octets.length === 2 ? octets : octets.subarray(1);
  return {
    executed: octets.length === 2 ? null : octets.readUInt8(0),
    results: [{ statusWord: counted.toString('hex', 0, 2), data: counted.subarray(2) }],
    badFormat: null,
  };
};
