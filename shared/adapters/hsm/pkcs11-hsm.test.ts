import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeHsmConformance, type GivenKeyset } from '../../../test/support/hsm-conformance.ts';
import type { CardKeyset } from './hsm-backend.ts';
import { packetHsm } from './packet-hsm.ts';
import { connectPkcs11Hsm } from './pkcs11-hsm.ts';
import { cryptoki, loadPkcs11, type Pkcs11 } from './pkcs11-module.ts';

/** Where Debian's softhsm2 puts its library. */
const library = '/usr/lib/softhsm/libsofthsm2.so';
const isPackageThere = await loadPkcs11().then(
  () => true,
  () => false,
);
const missing = [
  ...(existsSync(library) ? [] : ["Debian's softhsm2"]),
  ...(isPackageThere ? [] : ["npm's pkcs11js"]),
].join(' and ');
const reason = missing ? `${missing} is not installed` : undefined;

const tokenLabel = 'signalbox-test';
const pin = '1234';
const readWrite = 0x02;

/** SoftHSM reads the variable when it is initialized, and keeps its tokens in the folder. */
const initToken = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-softhsm-'));
  const config = join(folder, 'softhsm2.conf');
  writeFileSync(config, `directories.tokendir = ${folder}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env.SOFTHSM2_CONF = config;
  const options = ['--init-token', '--free', '--label', tokenLabel, '--pin', pin, '--so-pin', '123456'];
  const { status, stderr } = spawnSync('softhsm2-util', options);
  if (status !== 0) throw new Error(`softhsm2-util: ${stderr.toString()}`);
  return folder;
};

/** As an operator would import it: DES and two-key 3DES as three-key 3DES. */
const importKey = (pkcs11: Pkcs11, session: Buffer, label: string, key: Buffer, isAes: boolean): void => {
  pkcs11.C_CreateObject(session, [
    { type: cryptoki.CKA_CLASS, value: cryptoki.CKO_SECRET_KEY },
    { type: cryptoki.CKA_KEY_TYPE, value: isAes ? cryptoki.CKK_AES : cryptoki.CKK_DES3 },
    { type: cryptoki.CKA_TOKEN, value: true },
    { type: cryptoki.CKA_LABEL, value: label },
    { type: cryptoki.CKA_ENCRYPT, value: true },
    { type: cryptoki.CKA_DECRYPT, value: true },
    { type: cryptoki.CKA_SIGN, value: true },
    { type: cryptoki.CKA_VALUE, value: isAes ? key : Buffer.concat([key, key, key]).subarray(0, 24) },
  ]);
};

const labelOf = ({ iccid, version }: GivenKeyset, use: 'kic' | 'kid') => `${iccid}/${version}/${use}`;

describeHsmConformance(
  'pkcs11, with SoftHSM',
  async (keysets) => {
    const folder = initToken();
    const pkcs11 = await loadPkcs11();
    const hsm = await connectPkcs11Hsm(
      { library, tokenLabel, pin, maxSessions: 4, deadlineMs: 5_000 },
      async () => pkcs11,
    );
    const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trim() === tokenLabel);
    if (!slot) throw new Error('The token is not there');
    const session = pkcs11.C_OpenSession(slot, cryptoki.CKF_SERIAL_SESSION | readWrite);
    pkcs11.C_Login(session, cryptoki.CKU_USER, pin);
    for (const given of keysets)
      for (const use of ['kic', 'kid'] as const)
        if (given[use]) importKey(pkcs11, session, labelOf(given, use), given[use], given.isAes[use]);
    return {
      hsm: packetHsm(hsm),
      keysetOf: async (given): Promise<CardKeyset> => {
        const location = { kind: 'hsm', kic: labelOf(given, 'kic'), kid: labelOf(given, 'kid') } as const;
        return { iccid: given.iccid, version: given.version, location };
      },
      stop: async () => {
        pkcs11.C_CloseSession(session);
        await hsm.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  reason,
);

test.skipIf(reason)(
  'a token that was not there is found when it is: the attempt before leaves nothing open',
  async () => {
    const folder = initToken();
    const settings = { library, tokenLabel, pin, maxSessions: 1, deadlineMs: 5_000 };
    await expect(connectPkcs11Hsm({ ...settings, tokenLabel: 'another' })).rejects.toThrow('No slot has a token');
    const hsm = await connectPkcs11Hsm(settings);
    expect(await hsm.health()).toEqual({ state: 'up' });
    await hsm.close();
    rmSync(folder, { recursive: true });
  },
);

test('where the package or the library is not there, connecting says so', async () => {
  const settings = { library: '/nowhere.so', tokenLabel, pin, maxSessions: 1, deadlineMs: 100 };
  await expect(connectPkcs11Hsm(settings)).rejects.toThrow();
});
