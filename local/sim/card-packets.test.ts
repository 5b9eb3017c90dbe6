import { describe, expect, test } from 'vitest';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import { buildCommandPacket, type CommandSpec } from '#shared/domain/ota/command-packet.ts';
import type { KicAlgorithm, KidAlgorithm } from '#shared/domain/ota/key-indication.ts';
import { openResponsePacket } from '#shared/domain/ota/response-packet.ts';
import type { SecurityParameters } from '#shared/domain/ota/security-parameters.ts';
import { createSoftwarePrimitives } from '#shared/domain/ota/software-primitives.ts';
import {
  type CommandVector,
  commandVectors,
  keysOf,
  otaVectors,
  type ResponseVector,
  responseVectors,
} from '../../test/support/ota-vectors.ts';
import { buildResponse, type CardKeys, openCommand, usualTraits } from './card-packets.ts';

const unless = otaVectors ? '' : ' (skipped: ../shared/vectors/ota.json is not here)';
const withVectors = test.skipIf(!otaVectors);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const none = Buffer.alloc(0);
const cardKeys = (vector: CommandVector | ResponseVector): CardKeys => {
  const { kic, kid } = keysOf(vector);
  return { kic: kic ?? none, kid: kid ?? none };
};

describe('the card, against independent packets', () => {
  withVectors(`opens every command, and none with a bit turned${unless}`, () => {
    for (const vector of commandVectors) {
      const traits = { ...usualTraits, ccOctets: vector.ccLen === 4 ? (4 as const) : (8 as const) };
      const open = (packet: Buffer) => openCommand(packet, () => cardKeys(vector), traits);
      const opened = open(hex(vector.expected));
      expect([vector.id, opened]).toMatchObject([
        vector.id,
        {
          outcome: 'opened',
          command: { tar: vector.tar, counter: BigInt(`0x${vector.cntr}`), data: hex(vector.data) },
        },
      ]);
      const turned = hex(vector.expected);
      turned[turned.length - 1] = (turned.at(-1) ?? 0) ^ 1;
      if (vector.ccLen > 0) expect(open(turned).outcome).toBe('failed');
    }
  });
  withVectors(`answers bit for bit as real cards did${unless}`, () => {
    for (const vector of responseVectors.filter(({ expected }) => !expected.mustReject)) {
      const { expected, packet, spi, kicByte, kidByte } = vector;
      const [spi1, spi2, kic, kid] = hex(spi + kicByte + kidByte);
      const header = { spi1: spi1 ?? 0, spi2: spi2 ?? 0, kic: kic ?? 0, kid: kid ?? 0, tar: expected.tar };
      const answer = {
        header,
        counter: BigInt(`0x${expected.cntr ?? '0'}`),
        status: expected.status,
        data: hex(expected.data),
        isSecured: true,
      };
      const built = buildResponse(answer, cardKeys(vector)).toString('hex');
      expect([vector.id, built]).toEqual([vector.id, packet.replace(/^027100/, '')]);
    }
  });
});

describe('what Signalbox builds the card opens, and the other way round', () => {
  const keys = {
    des: hex('1793f5b8fa365911'),
    '3des-2': hex('300102030405060708090a0b0c0d0e0f'),
    '3des-3': hex('938ed71b96cc424b7255e700af27d4aa128baa5f27d25559'),
    'aes-128': hex('200102030405060708090a0b0c0d0e0f'),
    'aes-192': hex('200102030405060708090a0b0c0d0e0f2021222324252627'),
    'aes-256': hex('200102030405060708090a0b0c0d0e0f202122232425262728292a2b2c2d2e2f'),
  };
  const algorithms = (name: keyof typeof keys): [KicAlgorithm, KidAlgorithm] => {
    if (name.startsWith('aes')) return ['aes-cbc', 'aes-cmac'];
    return [`${name}-cbc`, `${name}-cbc-mac`] as [KicAlgorithm, KidAlgorithm];
  };
  const coverages = { header: 'nothing', lengths: 'lengths', udh_and_lengths: 'header and lengths' } as const;
  const names = Object.keys(keys) as (keyof typeof keys)[];
  const securities: readonly [SecurityParameters['integrity'], boolean][] = [
    ['none', false],
    ['none', true],
    ['rc', false],
    ['rc', true],
    ['cc', false],
    ['cc', true],
  ];

  test.each(names)('%s, in every security and with every quirk', (name) => {
    const [kic, mac] = algorithms(name);
    const pair = { kic: keys[name], kid: keys[name] };
    const primitives = createSoftwarePrimitives(pair);
    for (const [integrity, ciphered] of securities)
      for (const coverage of ['header', 'lengths', 'udh_and_lengths'] as const)
        for (const ccIncludesPadding of [true, false])
          for (const ccLength of [4, 8] as const) {
            const kid = integrity === 'rc' ? (ccLength === 4 ? 'crc-32' : 'crc-16') : mac;
            const spi = {
              integrity,
              ciphered,
              counter: 'higher',
              por: 'always',
              porIntegrity: integrity,
              porCiphered: ciphered,
              porVia: 'submit',
            } as const;
            const quirks = {
              ...standardQuirks,
              commandCcCoverage: coverage,
              responseCcCoverage: coverage,
              ccIncludesPadding,
              ccLength,
            };
            const spec: CommandSpec = {
              spi,
              kic: { version: 1, algorithm: kic },
              kid: { version: 1, algorithm: kid },
              quirks,
              tar: hex('b00010'),
              counter: 0x1234567890n,
              data: hex('00a40004023f00'),
            };
            const traits = {
              ccOctets: ccLength,
              ccCoversPadding: ccIncludesPadding,
              commandCovers: coverages[coverage],
              responseCovers: coverages[coverage],
            };
            const opening = openCommand(buildCommandPacket(spec, primitives), () => pair, traits);
            expect(opening).toMatchObject({ outcome: 'opened', command: { data: spec.data, counter: spec.counter } });
            if (opening.outcome !== 'opened') continue;
            const answer = {
              header: opening.command,
              counter: spec.counter,
              status: 0,
              data: hex('019000'),
              isSecured: true,
            };
            const response = openResponsePacket(buildResponse(answer, pair, traits), spec, primitives);
            expect(response).toMatchObject({
              data: answer.data,
              counter: spec.counter,
              authenticated: integrity === 'cc',
              ciphered,
            });
          }
  });
});
