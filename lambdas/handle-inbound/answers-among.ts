import { type Inbound, userDataOf } from '#shared/adapters/receive-and-tell.ts';
import { recognizeResponse } from '#shared/domain/ota/recognize-response.ts';

/** Which of these have the look of what a card answers to a push; whether one is, the HSM says. */
export const answersAmong = (inbound: readonly Inbound[]): string[] =>
  inbound
    .filter((each) => {
      const { udh_hex, data_hex } = userDataOf(each);
      return recognizeResponse(Buffer.from(udh_hex + data_hex, 'hex'), udh_hex !== '') !== null;
    })
    .map(({ id }) => id);
