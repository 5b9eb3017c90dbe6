import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmmError } from './emm-error.ts';
import { type EnvelopeContext, type EnvelopeHeader, envelopeOverhead, openEnvelope, sealEnvelope } from './envelope.ts';
import { hkdfSha512, infoOf } from './hkdf-sha512.ts';

const path = new URL('../../../../shared/vectors/aes_gcm.json', import.meta.url);
const hasVectors = existsSync(path);

interface Vector {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid';
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

const octets = fc.uint8Array({ minLength: 0, maxLength: 200 });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const header: fc.Arbitrary<EnvelopeHeader> = fc.record({
  suite: fc.constantFrom('epoch', 'device'),
  epoch: fc.nat(0xffffffff),
  id: fc.bigInt(0n, (1n << 64n) - 1n),
  expiry: fc.nat(0xffffffff),
});
const context: fc.Arbitrary<EnvelopeContext> = fc.record({
  ca_system_id: fc.nat(0xffff),
  table_id: fc.integer({ min: 0x82, max: 0x8f }),
  address: fc.uint8Array({ maxLength: 8 }),
});

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof EmmError) return error.fault;
    throw error;
  }
  return 'none';
};

describe('an envelope', () => {
  test('gives back what was sealed, in 45 octets more', () => {
    fc.assert(
      fc.property(octets, header, context, key, (plaintext, head, bound, secret) => {
        const sealed = sealEnvelope(plaintext, head, bound, secret);
        expect(sealed).toHaveLength(plaintext.length + envelopeOverhead);
        const opened = openEnvelope(sealed, bound, secret);
        expect(opened.header).toEqual(head);
        expect(opened.plaintext.equals(plaintext)).toBe(true);
      }),
    );
    expect(envelopeOverhead).toBe(45);
  });

  test('does not open with any octet changed', () => {
    fc.assert(
      fc.property(octets, header, context, key, fc.nat(), fc.integer({ min: 1, max: 255 }), (...given) => {
        const [plaintext, head, bound, secret, at, mask] = given;
        const sealed = sealEnvelope(plaintext, head, bound, secret);
        sealed[at % sealed.length] = (sealed[at % sealed.length] ?? 0) ^ mask;
        expect(['authentication', 'version', 'suite']).toContain(faultOf(() => openEnvelope(sealed, bound, secret)));
      }),
    );
  });

  test('opens for no other CA system, table_id, address or key, and does not say which was wrong', () => {
    const bound = { ca_system_id: 0x4a01, table_id: 0x84, address: Buffer.from('0102', 'hex') };
    const secret = randomBytes(32);
    const sealed = sealEnvelope(Buffer.from('secret'), { suite: 'epoch', epoch: 7, id: 9n, expiry: 10 }, bound, secret);
    const others: readonly [EnvelopeContext, Uint8Array][] = [
      [{ ...bound, ca_system_id: 0x4a02 }, secret],
      [{ ...bound, table_id: 0x85 }, secret],
      [{ ...bound, address: Buffer.from('0103', 'hex') }, secret],
      [{ ...bound, address: Buffer.from('01', 'hex') }, secret],
      [bound, randomBytes(32)],
    ];
    const messages = others.map(([other, wrong]) => {
      try {
        openEnvelope(sealed, other, wrong);
        return 'it opened';
      } catch (error) {
        return String(error);
      }
    });
    expect(new Set(messages).size).toBe(1);
    expect(messages[0]).not.toMatch(/secret|0102/);
    expect(messages[0]).not.toContain(secret.toString('hex'));
  });

  test('of any octets is opened or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), context, key, (bytes, bound, secret) => {
        expect(faultOf(() => openEnvelope(bytes, bound, secret))).not.toBe('none');
      }),
    );
  });

  test('is what the documents say: HKDF-SHA-512 over the id, AES-256-GCM over header and context', () => {
    const bound = { ca_system_id: 0x4a01, table_id: 0x84, address: Buffer.from('000049960c81', 'hex') };
    const secret = Buffer.alloc(32, 3);
    const nonce = Buffer.alloc(12, 5);
    const plaintext = Buffer.from('0102', 'hex');
    const sealed = sealEnvelope(plaintext, { suite: 'epoch', epoch: 2, id: 258n, expiry: 9 }, bound, secret, nonce);
    const head = Buffer.from('11000000020000000000000102' + '00000009', 'hex');
    const derived = hkdfSync('sha512', secret, head.subarray(5, 13), Buffer.from('\x11DERIVEKEY', 'latin1'), 32);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(derived), nonce);
    cipher.setAAD(Buffer.concat([Buffer.from('4a01' + '84' + '06' + '000049960c81', 'hex'), head]));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    expect(sealed).toEqual(Buffer.concat([head, nonce, ciphertext, cipher.getAuthTag()]));
  });
});

test('HKDF is that of node:crypto', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 128 }),
      fc.uint8Array({ maxLength: 128 }),
      fc.uint8Array({ maxLength: 127 }),
      fc.integer({ min: 1, max: 64 }),
      (secret, salt, info, length) => {
        const wanted = Buffer.from(hkdfSync('sha512', secret, salt, info, length));
        expect(hkdfSha512(secret, salt, infoOf(info), length).equals(wanted)).toBe(true);
      },
    ),
  );
  expect(() => hkdfSha512(Buffer.alloc(32), Buffer.alloc(8), Buffer.alloc(2), 65)).toThrow(RangeError);
});

/** The cipher as the envelope uses it: a nonce of twelve octets and a tag of sixteen, nothing else. */
const accepts = ({ key: secret, iv, aad, msg, ct, tag }: Vector): boolean => {
  try {
    const name = secret.length === 64 ? 'aes-256-gcm' : 'aes-128-gcm';
    const decipher = createDecipheriv(name, Buffer.from(secret, 'hex'), Buffer.from(iv, 'hex'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(aad, 'hex'));
    decipher.setAuthTag(Buffer.from(tag, 'hex'));
    return Buffer.concat([decipher.update(ct, 'hex'), decipher.final()]).toString('hex') === msg;
  } catch {
    return false;
  }
};

test.skipIf(!hasVectors)('every AES-GCM case of ../shared/vectors is met (skipped where they are not there)', () => {
  const { tests } = JSON.parse(readFileSync(path, 'utf8')) as { tests: readonly Vector[] };
  expect(tests.length).toBeGreaterThan(50);
  const wrong = tests.filter((vector) => accepts(vector) !== (vector.result === 'valid'));
  expect(wrong.map(({ tcId }) => tcId)).toEqual([]);
});
