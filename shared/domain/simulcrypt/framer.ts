import { headerOctets, versionOf } from './codec.ts';
import { SimulcryptError } from './simulcrypt-error.ts';

export interface MessageFramer {
  /** Calls back with each whole message. @throws SimulcryptError once the stream cannot be one of messages any more. */
  feed(chunk: Uint8Array, onMessage: (message: Buffer) => void): void;
  /** Whether a message has begun and not ended. */
  readonly isPartial: boolean;
}

/**
 * Cuts a TCP stream into messages by their message_length.
 *
 * @param longest message that is waited for, header included: a peer that announces more is not believed.
 */
export const createMessageFramer = (longest: number): MessageFramer => {
  let rest: Buffer = Buffer.alloc(0);

  const wholeLength = (): number | null => {
    if (rest.length > 0) versionOf(rest.readUInt8(0));
    if (rest.length < headerOctets) return null;
    const length = headerOctets + rest.readUInt16BE(3);
    if (length > longest) throw new SimulcryptError('length', `A message of ${length} octets is announced.`);
    return length <= rest.length ? length : null;
  };

  return {
    feed: (chunk, onMessage) => {
      rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      for (let length = wholeLength(); length !== null; length = wholeLength()) {
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        onMessage(message);
      }
    },
    get isPartial() {
      return rest.length > 0;
    },
  };
};
