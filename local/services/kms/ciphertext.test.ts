import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../aws-error.ts';
import { keyIdOf, open, seal } from './ciphertext.ts';
import type { Key } from './keys.ts';

const key: Key = {
  id: randomUUID(),
  description: '',
  usage: 'ENCRYPT_DECRYPT',
  state: 'Enabled',
  createdAt: 0,
  material: [randomBytes(32).toString('base64')],
};
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const context = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });

test('what was sealed opens with its context, and names its key', () => {
  fc.assert(
    fc.property(bytes, context, (plaintext, pairs) => {
      const sealed = seal(key, plaintext, pairs);
      expect(keyIdOf(sealed)).toBe(key.id);
      const reversed = Object.fromEntries(Object.entries(pairs).toReversed());
      expect(open(key, sealed, reversed)).toEqual(plaintext);
    }),
  );
});

test('no bytes make opening throw anything but InvalidCiphertextException', () => {
  const sealed = seal(key, Buffer.from('secret'), {});
  const tampered = fc
    .tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }))
    .map(([at, flip]) => Buffer.from(sealed.map((byte, i) => (i === at ? byte ^ flip : byte))));
  fc.assert(
    fc.property(fc.oneof(bytes, tampered), (ciphertext) => {
      const attempt = () => (keyIdOf(ciphertext) === key.id ? open(key, ciphertext, {}) : undefined);
      try {
        expect(attempt()).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(AwsError);
        expect(error).toMatchObject({ name: 'InvalidCiphertextException' });
      }
    }),
  );
});
