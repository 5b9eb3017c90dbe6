import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hsmDocuments } from '#shared/contracts/hsm-xml.ts';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import { buildPacketDocument, openResponseDocument, readHsmDocument, writeHsmDocument } from './hsm-document.ts';

const schema = fileURLToPath(new URL('../../../docs/hsm.xsd', import.meta.url));
const isInstalled = spawnSync('xmllint', ['--version']).status === 0;
const unless = isInstalled ? '' : " (skipped: Debian's libxml2-utils is not installed)";
const isValid = (document: Buffer): boolean =>
  spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], { input: document }).status === 0;

const callId = 'push-1/1';
const asked = {
  callId,
  keyset: { iccid: '8949000000000000001', version: 1, location: { kind: 'hsm', kic: 'a/kic', kid: null } },
  spec: {
    spi: {
      integrity: 'cc',
      ciphered: true,
      counter: 'higher',
      por: 'always',
      porIntegrity: 'cc',
      porCiphered: true,
      porVia: 'submit',
    },
    kic: { version: 1, algorithm: 'implicit' },
    kid: { version: 1, algorithm: 'aes-cmac' },
    quirks: { ...standardQuirks, implicitCipher: 'aes-cbc' },
    tar: Buffer.from('b00010', 'hex'),
    counter: 0x0102030405n,
    data: Buffer.from('00a40004023f00', 'hex'),
  },
} as const;

const documents = [
  buildPacketDocument(asked),
  openResponseDocument({ ...asked, packet: Buffer.from('027100000a', 'hex') }),
  writeHsmDocument('AskHealth', { callId }),
  writeHsmDocument('PacketBuilt', { callId, packet: '00'.repeat(32) }),
  writeHsmDocument('ResponseOpened', {
    callId,
    tar: 'b00010',
    counter: '0000000001',
    status: 0,
    padding: 3,
    data: '016132',
    authenticated: true,
    ciphered: false,
  }),
  writeHsmDocument('Refused', { callId, reason: 'key.unknown' }),
  writeHsmDocument('Health', { callId, state: 'down', reason: 'no card reader' }),
];
const names = Object.keys(hsmDocuments) as (keyof typeof hsmDocuments)[];

describe('the documents of the contract', () => {
  test('are read as they were written', () => {
    expect(documents.map((document) => readHsmDocument(document, names).name).sort()).toEqual([...names].sort());
    expect(readHsmDocument(documents[0] ?? Buffer.alloc(0), ['BuildPacket']).value).toEqual({
      callId,
      iccid: '8949000000000000001',
      keyVersion: 1,
      kicKey: 'a/kic',
      spi: '1639',
      kic: '10',
      kid: '12',
      tar: 'b00010',
      counter: '0102030405',
      data: '00a40004023f00',
      card: {
        commandCcCoverage: 'lengths',
        responseCcCoverage: 'udh_and_lengths',
        ccIncludesPadding: true,
        ccLength: 8,
        implicitCipher: 'aes-cbc',
      },
    });
  });

  test.skipIf(!isInstalled)(`are valid by docs/hsm.xsd, in the eyes of libxml2${unless}`, () => {
    expect(documents.map(isValid)).toEqual(documents.map(() => true));
  });

  test.skipIf(!isInstalled)(`are refused by docs/hsm.xsd and by us alike when something is wrong${unless}`, () => {
    const [build = Buffer.alloc(0)] = documents;
    const wrong = [
      ['<tar>b00010</tar>', ''],
      ['<tar>b00010</tar>', '<tar>b0001</tar>'],
      ['<tar>b00010</tar>', '<tar>B00010</tar>'],
      ['<tar>b00010</tar>', '<tar>b00010</tar><tar>b00010</tar>'],
      ['<tar>', '<other/><tar>'],
      ['<tar>', 'text<tar>'],
      ['<tar>', '<tar key="1">'],
      ['<keyVersion>1<', '<keyVersion>16<'],
      ['<ccLength>8<', '<ccLength>5<'],
      ['urn:signalbox:hsm:1', 'urn:signalbox:hsm:2'],
    ] as const;
    for (const [from, to] of wrong) {
      const document = Buffer.from(build.toString().replace(from, to));
      expect(isValid(document), to).toBe(false);
      expect(() => readHsmDocument(document, ['BuildPacket']), to).toThrow();
    }
  });
});

test('a document that may not stand there is not read, though it is one of the contract', () => {
  expect(() => readHsmDocument(writeHsmDocument('AskHealth', { callId }), ['PacketBuilt', 'Refused'])).toThrow();
});
