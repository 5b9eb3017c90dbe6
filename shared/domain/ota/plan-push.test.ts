import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { standardQuirks } from './card-quirks.ts';
import { buildCommandPacket } from './command-packet.ts';
import { splitPacket } from './packet-parts.ts';
import { type PushTerms, planPush } from './plan-push.ts';
import { createSoftwarePrimitives } from './software-primitives.ts';

const terms: PushTerms = {
  profile: { quirks: standardQuirks, format: 'compact', spi: '1639', reference_bits: 8, max_parts: 3 },
  keysets: [{ version: 2, kic_algorithm: 'aes-cbc', kid_algorithm: 'aes-cmac' }],
  allowance: { least_integrity: 'cc', must_cipher: true, least_counter: 'higher', max_parts: null },
};
const withProfile = (profile: Partial<PushTerms['profile']>): PushTerms => ({
  ...terms,
  profile: { ...terms.profile, ...profile },
});
const select = '00a40004023f00';
const reasons = (apdus: readonly string[], given: PushTerms): string[] => {
  const planned = planPush({ apdus, por: 'always' }, given);
  return planned.outcome === 'refused' ? planned.faults.map(({ path, reason }) => `${path} ${reason}`) : [];
};

test('a push is planned with the newest keys, the proof that is asked for and what it will take', () => {
  expect(planPush({ apdus: [select], por: 'on_error' }, terms)).toMatchObject({
    outcome: 'planned',
    plan: {
      octets: { spi: '163a', kic: 0x22, kid: 0x22 },
      key_version: 2,
      packet_octets: 42,
      checksum_octets: 8,
      padding_octets: 11,
      parts: 1,
    },
  });
});
test('it is refused with the reason, and each command that is none is named', () => {
  expect(reasons([select], { ...terms, allowance: null })).toEqual(['/tar tar.not_allowed']);
  expect(reasons([select, 'zz', '00a4'], terms)).toEqual(['/apdus/1 apdu.malformed', '/apdus/2 apdu.malformed']);
  expect(reasons([`${select}00`], terms)).toEqual(['/apdus apdu.malformed']);
  expect(reasons([`${select}00`], withProfile({ format: 'expanded' }))).toEqual([]);
  expect(reasons([select], { ...terms, keysets: [] })).toEqual(['/iccid card.no_keys']);
  expect(reasons(Array(70).fill(select), terms)).toEqual(['/apdus parts.too_many']);
  expect(reasons(Array(20_000).fill(select), terms)).toEqual(['/apdus parts.too_many']);
});
test.each(['1239', '0639', '1539', '1439', '0039'])(
  'SPI %s is too little where a checksum, ciphering and a counter are demanded',
  (spi) => {
    expect(['/tar security.too_low', '/iccid security.unsupported']).toContain(
      reasons([select], withProfile({ spi }))[0],
    );
  },
);
test('a profile that no packet can be made by is told apart from a weak one', () => {
  expect(reasons([select], withProfile({ spi: '1739' }))).toEqual(['/iccid security.unsupported']);
  const implicit = {
    ...terms,
    keysets: [{ version: 1, kic_algorithm: 'implicit', kid_algorithm: 'aes-cmac' }],
  } as const;
  expect(reasons([select], implicit)).toEqual(['/iccid security.unsupported']);
});
test('what was planned is what is built', () => {
  const key = Buffer.alloc(16, 7);
  const primitives = createSoftwarePrimitives({ kic: key, kid: key });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom('compact', 'expanded', 'expanded_indefinite'),
      (octets, format) => {
        const apdu = `00d60000${octets.toString(16).padStart(2, '0')}${'5a'.repeat(octets)}`;
        const planned = planPush({ apdus: [select, apdu], por: 'always' }, withProfile({ format }));
        if (planned.outcome !== 'planned') throw new Error('It was refused.');
        const { security, data, packet_octets, padding_octets, parts } = planned.plan;
        const packet = buildCommandPacket(
          { ...security, data, tar: Buffer.from('b00010', 'hex'), counter: 1n },
          primitives,
        );
        expect(packet.length).toBe(packet_octets);
        expect(splitPacket(packet, { reference: 1, referenceBits: 8 })).toHaveLength(parts);
        expect(padding_octets).toBeLessThan(16);
      },
    ),
  );
});
