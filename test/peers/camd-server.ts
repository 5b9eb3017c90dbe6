import { createDecipheriv, createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

export interface CamdServer {
  readonly port: number;
  /** Sections that were handed over as EMMs. */
  readonly emms: readonly Buffer[];
  stop(): Promise<void>;
}

const tokenOctets = 4;
const headOctets = 20;
const blockOctets = 16;
const emmCommand = 0x06;

const decrypt = (octets: Buffer, key: Buffer): Buffer =>
  createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(octets);

/** The octets of a message without its token: head, section, filled up to whole blocks. */
const wholeLength = (head: Buffer): number => {
  const section = 3 + (head.readUInt16BE(headOctets + 1) & 0x0fff);
  return Math.ceil((headOctets + section) / blockOctets) * blockOctets;
};

/**
 * The card server that tsdecrypt sends what it has found to: as much of cs378x (camd35 over TCP) as takes EMMs. A message
 * is a token of the user, then AES-128-ECB under the MD5 of the password: command, length, and from octet 20 the section.
 */
export const startCamdServer = async (password: string): Promise<CamdServer> => {
  const key = createHash('md5').update(password).digest();
  const emms: Buffer[] = [];
  const server = createServer((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= tokenOctets + 2 * blockOctets) {
        const head = decrypt(rest.subarray(tokenOctets, tokenOctets + 2 * blockOctets), key);
        const length = wholeLength(head);
        if (rest.length < tokenOctets + length) return;
        const message = decrypt(rest.subarray(tokenOctets, tokenOctets + length), key);
        const end = headOctets + 3 + (message.readUInt16BE(headOctets + 1) & 0x0fff);
        if (message.readUInt8(0) === emmCommand) emms.push(message.subarray(headOctets, end));
        rest = rest.subarray(tokenOctets + length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    emms,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
