import { describe, expect, test } from 'vitest';
import {
  commandSpecOf,
  commandVectors,
  keysOf,
  otaVectors,
  responseSpecOf,
  responseVectors,
} from '../../../test/support/ota-vectors.ts';
import { buildCommandPacket, buildCommandPacketRemotely, commandOctets } from './command-packet.ts';
import { crc16, crc32 } from './crc.ts';
import { OtaError } from './ota-error.ts';
import type { Primitives, RemotePrimitives } from './primitives.ts';
import { openResponsePacket, openResponsePacketRemotely } from './response-packet.ts';
import { createSoftwarePrimitives } from './software-primitives.ts';

const unless = otaVectors ? '' : ' (skipped: ../shared/vectors/ota.json is not here)';
const withVectors = test.skipIf(!otaVectors);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const remotely = ({ mac, cipher, decipher }: Primitives): RemotePrimitives => ({
  mac: async (algorithm, data) => mac(algorithm, data),
  cipher: async (algorithm, data) => cipher(algorithm, data),
  decipher: async (algorithm, data) => decipher(algorithm, data),
});

describe('against independent packets', () => {
  withVectors(`every command is built bit for bit, with keys at hand and elsewhere${unless}`, async () => {
    expect(commandVectors.length).toBeGreaterThan(30);
    for (const vector of commandVectors) {
      const spec = commandSpecOf(vector);
      const primitives = createSoftwarePrimitives(keysOf(vector));
      const built = buildCommandPacket(spec, primitives);
      expect([vector.id, built.toString('hex')]).toEqual([vector.id, vector.expected]);
      expect(await buildCommandPacketRemotely(spec, remotely(primitives))).toEqual(built);
      expect(commandOctets(spec, spec.data.length)).toBe(built.length);
    }
  });
  withVectors(
    `every response is opened, with keys at hand and elsewhere, and the tampered one refused${unless}`,
    async () => {
      expect(responseVectors.length).toBeGreaterThan(10);
      for (const vector of responseVectors) {
        const { expected, packet } = vector;
        const spec = responseSpecOf(vector);
        const primitives = createSoftwarePrimitives(keysOf(vector));
        if (expected.mustReject) {
          const tampered = expect.objectContaining({ reason: 'response.not_authentic' });
          expect(() => openResponsePacket(hex(packet), spec, primitives)).toThrow(tampered);
          continue;
        }
        const opened = openResponsePacket(hex(packet), spec, primitives);
        expect([vector.id, opened]).toMatchObject([
          vector.id,
          {
            status: expected.status,
            data: hex(expected.data),
            tar: hex(expected.tar),
            authenticated: expected.cc ?? false,
            ...(expected.cntr === undefined ? {} : { counter: BigInt(`0x${expected.cntr}`) }),
            ...(expected.pcntr === undefined ? {} : { padding: expected.pcntr }),
          },
        ]);
        expect(await openResponsePacketRemotely(hex(packet), spec, remotely(primitives))).toEqual(opened);
      }
    },
  );
  withVectors(`an authenticated response with any one bit turned is refused${unless}`, () => {
    for (const vector of responseVectors.filter(({ expected }) => expected.cc && !expected.mustReject)) {
      const primitives = createSoftwarePrimitives(keysOf(vector));
      const octets = hex(vector.packet);
      for (let bit = vector.packet.startsWith('027100') ? 24 : 0; bit < octets.length * 8; bit += 1) {
        const turned = Buffer.from(octets);
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => openResponsePacket(turned, responseSpecOf(vector), primitives), `bit ${bit}`).toThrow(OtaError);
      }
    }
  });
  withVectors(`the checks of TS 102 225 are those of its examples${unless}`, () => {
    const out = (id: string) => otaVectors?.primitives.find((vector) => vector.id === id)?.out;
    expect(crc32(hex('0102030405')).toString('hex')).toBe(out('ts102225-crc32'));
    expect(crc16(hex('0102030405')).toString('hex')).toBe(out('ts102225-crc16'));
  });
});
