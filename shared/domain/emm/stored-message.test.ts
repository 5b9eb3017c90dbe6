import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmmError } from './emm-error.ts';
import { deriveMessageKeys, openStored, readStored, sealStored } from './stored-message.ts';

const path = new URL('../../../../shared/vectors/esdk.json', import.meta.url);
const hasVectors = existsSync(path);

interface Vectors {
  readonly messages: readonly {
    readonly id: string;
    readonly ciphertext: string;
    readonly dek: string;
    readonly cek: string;
    readonly messageId: string;
    readonly commitment: string;
    readonly plaintext?: string;
    readonly valid: boolean;
  }[];
  readonly derivations: readonly {
    readonly id: string;
    readonly suite: string;
    readonly dek: string;
    readonly messageId: string;
    readonly cek: string;
    readonly commitment: string;
  }[];
}

const vectors = hasVectors ? (JSON.parse(readFileSync(path, 'utf8')) as Vectors) : { messages: [], derivations: [] };
const base64 = (text: string): Buffer => Buffer.from(text, 'base64');

const dataKey = randomBytes(32);
const wrapped = { provider: 'aws-kms', key_name: 'arn:aws:kms:eu-central-1:0:key/1', ciphertext: randomBytes(120) };
const context = { tenant: 'a', purpose: 'emm-data', epoch: '1' };

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof EmmError) return error.fault;
    throw error;
  }
  return 'none';
};

describe('a stored message', () => {
  test('gives back what was sealed, with its context and its wrapped key in clear', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.dictionary(fc.string(), fc.string()), (plaintext, told) => {
        const read = readStored(sealStored(plaintext, told, { dataKey, wrapped }));
        expect(openStored(read, dataKey, told).equals(plaintext)).toBe(true);
        expect(read.wrapped_keys).toEqual([wrapped]);
        expect(read.context).toEqual(told);
      }),
    );
  });

  test('with any octet changed is refused', () => {
    const sealed = sealStored(Buffer.from('commands'), context, { dataKey, wrapped });
    // The frame length is covered by the header's tag, and so is the wrapped key.
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(
        faultOf(() => openStored(readStored(changed), dataKey, context)),
        `octet ${at}`,
      ).not.toBe('none');
    }
  });

  test('of any octets is refused with its own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, looksRight) => {
        const octets = looksRight ? Buffer.concat([Buffer.from('020478', 'hex'), bytes]) : bytes;
        expect(faultOf(() => openStored(readStored(octets), dataKey, {}))).not.toBe('none');
      }),
    );
  });

  test('is opened for its own purpose only', () => {
    const read = readStored(sealStored(Buffer.from('commands'), context, { dataKey, wrapped }));
    expect(faultOf(() => openStored(read, dataKey, { ...context, tenant: 'b' }))).toBe('context');
    expect(faultOf(() => openStored(read, randomBytes(32), context))).toBe('commitment');
  });
});

describe.skipIf(!hasVectors)('the cases of ../shared/vectors/esdk.json (skipped where they are not there)', () => {
  test.each(vectors.messages)('$id', ({ ciphertext, dek, cek, messageId, commitment, plaintext, valid }) => {
    const read = readStored(base64(ciphertext));
    expect(read.message_id).toEqual(base64(messageId));
    const derived = deriveMessageKeys(base64(dek), read.message_id);
    expect(derived).toEqual({ key: base64(cek), commitment: base64(commitment) });
    if (valid) expect(openStored(read, base64(dek), {}).toString()).toBe(plaintext);
    else expect(faultOf(() => openStored(read, base64(dek), {}))).toBe('commitment');
  });

  test.each(vectors.derivations)('$id', ({ suite, dek, messageId, cek, commitment }) => {
    expect(deriveMessageKeys(base64(dek), base64(messageId), Number.parseInt(suite, 16))).toEqual({
      key: base64(cek),
      commitment: base64(commitment),
    });
  });
});
