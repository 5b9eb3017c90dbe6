import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmmKeys } from '#shared/adapters/cas/emm-keys.ts';
import type { EmmToSeal } from '#shared/contracts/emm-encryption.ts';
import { usualFormats } from '#shared/domain/emm/section.ts';
import { openStored, readStored } from '#shared/domain/emm/stored-message.ts';
import {
  receive,
  startTestKeys,
  type TestKeys,
  testCard,
  testCardKey,
  testCaSystemId,
} from '../../test/support/cas.ts';
import { encryptEmm } from './encrypt-emm.ts';

const tenant = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3';
const other = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf4';

let kms: TestKeys;
let keys: EmmKeys;
beforeAll(async () => {
  kms = await startTestKeys();
  keys = kms.keys;
});
afterAll(() => kms?.stop());

const emm = (given: Partial<EmmToSeal> & Pick<EmmToSeal, 'key'>): EmmToSeal => ({
  number: '7',
  class: 'unique',
  device: testCard,
  toggle: 0,
  expiry: 2_000_000_000,
  content: { kind: 'commands', hex: '0300' },
  is_kept: false,
  ...given,
});

const seal = (emms: readonly EmmToSeal[], asTenant = tenant) =>
  kms.encryption.seal({ tenant: asTenant, ca_system_id: testCaSystemId, sections: usualFormats, emms: [...emms] });

const faultOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    return String(error);
  }
};

test('an EMM opens with the key of its epoch, and is kept as a stored message', async () => {
  const wrapped_key = await keys.makeEpochKey({ tenant, epoch: 3 });
  const [sealed] = await seal([emm({ key: { suite: 'epoch', epoch: 3, wrapped_key }, is_kept: true })]);
  const key = await keys.epochKey({ tenant, epoch: 3 }, wrapped_key, 1);
  const received = receive(sealed?.section ?? '', key);
  expect(received).toMatchObject({ header: { epoch: 3, id: 7n }, commands: [{ command: 'entitlement_reset' }] });
  const stored = readStored(Buffer.from(sealed?.emm_data ?? '', 'base64'));
  expect(stored.context).toEqual({ tenant, purpose: 'emm-data', epoch: '3' });
  const [wrapped] = stored.wrapped_keys;
  const dataKey = wrapped ? await keys.openStorageKey({ tenant, epoch: 3 }, wrapped) : Buffer.alloc(32);
  expect(openStored(stored, dataKey, { tenant }).toString('hex')).toBe('0300');
});

test('the key of an epoch reaches a card under the card’s own key, and nobody else sees it', async () => {
  const wrapped_key = await keys.makeEpochKey({ tenant, epoch: 4 });
  const [device_key = ''] = await kms.encryption.protectDeviceKeys(tenant, [testCardKey.toString('hex')]);
  const content = { kind: 'key-delivery', epoch: 4, wrapped_key } as const;
  const [sealed] = await seal([emm({ key: { suite: 'device', epoch: 4, device_key }, content })]);
  const { commands, header } = receive(sealed?.section ?? '', testCardKey);
  expect(header.suite).toBe('device');
  const key = Buffer.from(await keys.epochKey({ tenant, epoch: 4 }, wrapped_key, 1));
  expect(commands).toEqual([{ command: 'key_delivery', epoch: 4, key }]);
  expect(Buffer.from(sealed?.section ?? '', 'base64').includes(key)).toBe(false);
  expect(Buffer.from(device_key, 'base64').includes(testCardKey)).toBe(false);
});

test('a key of another tenant, another epoch or another octet opens nothing, and the error tells no key', async () => {
  const wrapped_key = await keys.makeEpochKey({ tenant, epoch: 5 });
  const [device_key = ''] = await kms.encryption.protectDeviceKeys(tenant, [testCardKey.toString('hex')]);
  const changed = Buffer.from(device_key, 'base64');
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const content = { kind: 'key-delivery', epoch: 5, wrapped_key } as const;
  const faults = await Promise.all([
    faultOf(seal([emm({ key: { suite: 'epoch', epoch: 5, wrapped_key } })], other)),
    faultOf(seal([emm({ key: { suite: 'epoch', epoch: 6, wrapped_key } })])),
    faultOf(seal([emm({ key: { suite: 'device', epoch: 5, device_key: changed.toString('base64') }, content })])),
    faultOf(seal([emm({ key: { suite: 'device', epoch: 5, device_key }, content })], other)),
    faultOf(
      seal([emm({ key: { suite: 'device', epoch: 5, device_key: randomBytes(300).toString('base64') }, content })]),
    ),
  ]);
  for (const fault of faults) {
    expect(fault).toMatch(/InvalidCiphertext|EmmError/);
    expect(fault).not.toContain(testCardKey.toString('hex'));
    expect(fault).not.toContain(wrapped_key);
  }
});

test('a key that is wrapped anew is the same key', async () => {
  const owner = { tenant, epoch: 8 };
  const before = await keys.makeEpochKey(owner);
  const { wrapped_key } = (await encryptEmm(keys, {
    operation: 'rewrap-epoch-key',
    tenant,
    epoch: 8,
    wrapped_key: before,
  })) as { wrapped_key: string };
  expect(wrapped_key).not.toBe(before);
  expect(await keys.epochKey(owner, wrapped_key, 1)).toEqual(await keys.epochKey(owner, before, 1));
});

test('KMS is asked once for many EMMs', async () => {
  const wrapped_key = await keys.makeEpochKey({ tenant, epoch: 9 });
  const before = kms.calls();
  const many = Array.from({ length: 500 }, (_, i) =>
    emm({ number: `${i}`, key: { suite: 'epoch', epoch: 9, wrapped_key }, is_kept: true }),
  );
  for (let i = 0; i < 3; i += 1) await seal(many);
  // One unwraps the epoch's key, one makes the key of what is kept.
  expect(kms.calls() - before).toBe(2);
});
