import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { AwsRequest } from '../aws-json-server.ts';
import { parseShape } from '../aws-shape.ts';
import type { Call } from '../gate.ts';
import { type EncryptionContext, keyIdOf, open, seal } from './ciphertext.ts';
import { demandUsable, type Key, type Keys } from './keys.ts';
import type { Operation } from './operation.ts';
import { shapes } from './shapes.ts';

/** The condition keys by which a policy can demand an encryption context. */
const conditions = (context: EncryptionContext): Call['context'] => {
  const names = Object.keys(context);
  if (names.length === 0) return {};
  const pairs = Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
  return { 'kms:EncryptionContextKeys': names, ...Object.fromEntries(pairs) };
};

const admit = (keys: Keys, request: AwsRequest, key: Key, action: string, context: EncryptionContext = {}): void =>
  request.demand(action, keys.arnOf(key), conditions(context));

/** The key that sealed a ciphertext; where the caller names one, it must be that. */
const sealerOf = (keys: Keys, ciphertext: Buffer, named: string | undefined): Key => {
  const key = keys.byId(keyIdOf(ciphertext));
  if (!key) throw new AwsError('InvalidCiphertextException', '');
  if (named !== undefined && keys.find(named).id !== key.id) {
    throw new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  return key;
};

const encrypt: Operation = (keys, request) => {
  const { KeyId, Plaintext, EncryptionContext } = parseShape(shapes.Encrypt, request.body);
  const key = keys.find(KeyId);
  admit(keys, request, key, 'kms:Encrypt', EncryptionContext);
  demandUsable(keys, key, 'ENCRYPT_DECRYPT');
  return {
    CiphertextBlob: seal(key, Plaintext, EncryptionContext).toString('base64'),
    KeyId: keys.arnOf(key),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};

const decrypt: Operation = (keys, request) => {
  const { CiphertextBlob, EncryptionContext, KeyId } = parseShape(shapes.Decrypt, request.body);
  const key = sealerOf(keys, CiphertextBlob, KeyId);
  admit(keys, request, key, 'kms:Decrypt', EncryptionContext);
  demandUsable(keys, key, 'ENCRYPT_DECRYPT');
  return {
    Plaintext: open(key, CiphertextBlob, EncryptionContext).toString('base64'),
    KeyId: keys.arnOf(key),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};

const generateDataKey: Operation = (keys, request) => {
  const { KeyId, EncryptionContext, KeySpec, NumberOfBytes } = parseShape(shapes.GenerateDataKey, request.body);
  const key = keys.find(KeyId);
  admit(keys, request, key, `kms:${request.operation}`, EncryptionContext);
  demandUsable(keys, key, 'ENCRYPT_DECRYPT');
  const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
  return {
    CiphertextBlob: seal(key, plaintext, EncryptionContext).toString('base64'),
    ...(request.operation === 'GenerateDataKey' ? { Plaintext: plaintext.toString('base64') } : {}),
    KeyId: keys.arnOf(key),
  };
};

const reEncrypt: Operation = (keys, request) => {
  const given = parseShape(shapes.ReEncrypt, request.body);
  const source = sealerOf(keys, given.CiphertextBlob, given.SourceKeyId);
  const destination = keys.find(given.DestinationKeyId);
  admit(keys, request, source, 'kms:ReEncryptFrom', given.SourceEncryptionContext);
  admit(keys, request, destination, 'kms:ReEncryptTo', given.DestinationEncryptionContext);
  demandUsable(keys, source, 'ENCRYPT_DECRYPT');
  demandUsable(keys, destination, 'ENCRYPT_DECRYPT');
  const plaintext = open(source, given.CiphertextBlob, given.SourceEncryptionContext);
  return {
    CiphertextBlob: seal(destination, plaintext, given.DestinationEncryptionContext).toString('base64'),
    SourceKeyId: keys.arnOf(source),
    KeyId: keys.arnOf(destination),
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};

const macOf = (key: Key, message: Buffer): Buffer =>
  createHmac('sha256', Buffer.from(key.material[0] ?? '', 'base64'))
    .update(message)
    .digest();

const generateMac: Operation = (keys, request) => {
  const { KeyId, Message, MacAlgorithm } = parseShape(shapes.GenerateMac, request.body);
  const key = keys.find(KeyId);
  admit(keys, request, key, 'kms:GenerateMac');
  demandUsable(keys, key, 'GENERATE_VERIFY_MAC');
  return { Mac: macOf(key, Message).toString('base64'), MacAlgorithm, KeyId: keys.arnOf(key) };
};

const verifyMac: Operation = (keys, request) => {
  const { KeyId, Message, MacAlgorithm, Mac } = parseShape(shapes.VerifyMac, request.body);
  const key = keys.find(KeyId);
  admit(keys, request, key, 'kms:VerifyMac');
  demandUsable(keys, key, 'GENERATE_VERIFY_MAC');
  const expected = macOf(key, Message);
  if (Mac.length !== expected.length || !timingSafeEqual(Mac, expected)) {
    throw new AwsError('KMSInvalidMacException', 'The MAC does not fit the message and the key.');
  }
  return { MacValid: true, MacAlgorithm, KeyId: keys.arnOf(key) };
};

/** What is done with keys. */
export const cryptography: Readonly<Record<string, Operation>> = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKey,
  ReEncrypt: reEncrypt,
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
};
