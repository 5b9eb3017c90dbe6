import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CardKeyset, HsmCapabilities, PacketHsm } from '#shared/adapters/hsm/hsm-backend.ts';
import type { PacketSecurity } from '#shared/domain/ota/command-packet.ts';
import { cipherOf, macOf } from '#shared/domain/ota/key-indication.ts';
import type { Integrity } from '#shared/domain/ota/security-parameters.ts';
import type { KeyPair } from '#shared/domain/ota/software-primitives.ts';
import { commandSpecOf, commandVectors, keysOf, otaVectors, responseSpecOf, responseVectors } from './ota-vectors.ts';

/** The keys of a card that a backend is to be given. */
export interface GivenKeyset extends KeyPair {
  readonly iccid: string;
  readonly version: number;
  /** What the octets are keys of, which an HSM wants to know. */
  readonly isAes: { readonly kic: boolean; readonly kid: boolean };
}

export interface HsmUnderTest {
  readonly hsm: PacketHsm;
  /** The card's keyset as the database would have it; one that was not given is to be unknown to the backend. */
  keysetOf(given: GivenKeyset): Promise<CardKeyset>;
  stop(): Promise<void>;
}

const unless = otaVectors ? '' : ' (skipped: ../shared/vectors/ota.json is not here)';
const withVectors = test.skipIf(!otaVectors);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const vectors = [...commandVectors, ...responseVectors];
const givenOf = (vector: (typeof vectors)[number]): GivenKeyset => ({
  iccid: `8949${vectors.indexOf(vector)}`.padEnd(19, '0'),
  version: Number.parseInt(vector.kicByte, 16) >> 4,
  isAes: { kic: vector.kicByte.endsWith('2'), kid: vector.kidByte.endsWith('2') },
  ...keysOf(vector),
});

const usesOf = (security: PacketSecurity, integrity: Integrity, ciphered: boolean) => ({
  cipher: ciphered ? cipherOf(security.kic, security.quirks) : null,
  mac: integrity === 'cc' ? macOf(security.kid, security.quirks) : null,
});

const can = ({ ciphers, macs }: HsmCapabilities, { cipher, mac }: ReturnType<typeof usesOf>): boolean =>
  (cipher === null || ciphers.includes(cipher)) && (mac === null || macs.includes(mac));

/**
 * What every backend must keep, over the independent packets: it builds them bit for bit, opens what cards answered,
 * refuses what was tampered with, and says of what it cannot do that it cannot.
 *
 * @param make starts the backend with these keys; it is started once for all tests.
 * @param skip why the backend is not here, to be seen in the name of every test.
 */
export const describeHsmConformance = (
  name: string,
  make: (keysets: readonly GivenKeyset[]) => Promise<HsmUnderTest>,
  skip?: string,
): void => {
  const title = skip ? `${name} (skipped: ${skip})` : name;
  describe.skipIf(skip !== undefined)(title, () => {
    let under: HsmUnderTest;
    let calls = 0;
    const callId = () => `conformance-${++calls}-${randomBytes(4).toString('hex')}`;

    beforeAll(async () => {
      under = await make(vectors.map(givenOf));
    });
    afterAll(() => under.stop());

    withVectors(`every command it is able to build is built bit for bit, the others are refused${unless}`, async () => {
      let built = 0;
      for (const vector of commandVectors) {
        const spec = commandSpecOf(vector);
        const keyset = await under.keysetOf(givenOf(vector));
        const answer = await under.hsm.build({ callId: callId(), keyset, spec });
        if (can(under.hsm.capabilities, usesOf(spec, spec.spi.integrity, spec.spi.ciphered))) {
          const packet = answer.outcome === 'built' ? answer.packet.toString('hex') : answer.reason;
          expect([vector.id, packet]).toEqual([vector.id, vector.expected]);
          built += 1;
        } else
          expect([vector.id, answer]).toEqual([vector.id, { outcome: 'refused', reason: 'algorithm.unsupported' }]);
      }
      expect(built).toBeGreaterThan(20);
    });

    withVectors(`every answer of a card is opened, and the tampered one refused${unless}`, async () => {
      for (const vector of responseVectors) {
        const spec = responseSpecOf(vector);
        if (!can(under.hsm.capabilities, usesOf(spec, spec.spi.porIntegrity, spec.spi.porCiphered))) continue;
        const keyset = await under.keysetOf(givenOf(vector));
        const answer = await under.hsm.open({ callId: callId(), keyset, spec, packet: hex(vector.packet) });
        const { status, data, tar, cc, mustReject } = vector.expected;
        const response = { status, data: hex(data), tar: hex(tar), authenticated: cc ?? false };
        expect([vector.id, answer]).toMatchObject([
          vector.id,
          mustReject ? { outcome: 'not-authentic' } : { outcome: 'opened', response },
        ]);
      }
    });

    withVectors(`an authentic answer with any octet changed is never opened as authentic${unless}`, async () => {
      const authentic = responseVectors.filter(({ expected }) => expected.cc && !expected.mustReject);
      for (const vector of authentic) {
        const spec = responseSpecOf(vector);
        if (!can(under.hsm.capabilities, usesOf(spec, spec.spi.porIntegrity, spec.spi.porCiphered))) continue;
        const keyset = await under.keysetOf(givenOf(vector));
        const octets = hex(vector.packet);
        for (let at = vector.packet.startsWith('027100') ? 3 : 0; at < octets.length; at += 1) {
          const packet = Buffer.from(octets);
          packet[at] = (packet[at] ?? 0) ^ 0x20;
          const answer = await under.hsm.open({ callId: callId(), keyset, spec, packet });
          expect(answer.outcome === 'opened' && answer.response.authenticated, `${vector.id} octet ${at}`).toBe(false);
        }
      }
    });

    withVectors(`a card whose keys it was never given is refused${unless}`, async () => {
      const vector = commandVectors.find(({ spi }) => spi === '0619');
      if (!vector) throw new Error('No vector is ciphered with a checksum');
      const isAes = { kic: true, kid: true };
      const stranger: GivenKeyset = { iccid: '8949999999999999999', version: 15, isAes, kic: null, kid: null };
      const keyset = await under.keysetOf(stranger);
      const answer = await under.hsm.build({ callId: callId(), keyset, spec: commandSpecOf(vector) });
      expect(answer).toEqual({ outcome: 'refused', reason: 'key.unknown' });
    });

    test('it is up', async () => {
      expect(await under.hsm.health()).toEqual({ state: 'up' });
    });
  });
};
