import { describe, expect, test } from 'vitest';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import { buildCommandPacket, type CommandSpec } from '#shared/domain/ota/command-packet.ts';
import { parseCompact } from '#shared/domain/ota/compact-format.ts';
import { parseExpanded } from '#shared/domain/ota/expanded-format.ts';
import { splitPacket } from '#shared/domain/ota/packet-parts.ts';
import { recognizeResponse } from '#shared/domain/ota/recognize-response.ts';
import { openResponsePacket, type ResponsePacket } from '#shared/domain/ota/response-packet.ts';
import { decodeSpi } from '#shared/domain/ota/security-parameters.ts';
import { createSoftwarePrimitives } from '#shared/domain/ota/software-primitives.ts';
import { startSmsc } from '../smsc/start-smsc.ts';
import { bindEsme } from '../smsc/test-esme.ts';
import { createDemoSim, demoCards, demoTar } from './demo-cards.ts';
import type { SimCard } from './sim-card.ts';
import { createTelephones } from './telephones.ts';

const [card] = demoCards;
if (!card) throw new Error('There is no demo card.');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const primitives = createSoftwarePrimitives(card);
const spec = (counter: bigint, data: string, spi = '1639', tar = demoTar): CommandSpec => ({
  spi: decodeSpi(hex(spi)),
  kic: { version: card.keyVersion, algorithm: 'aes-cbc' },
  kid: { version: card.keyVersion, algorithm: 'aes-cmac' },
  quirks: standardQuirks,
  tar: hex(tar),
  counter,
  data: hex(data),
});
const push = (sim: SimCard, given: CommandSpec): ResponsePacket | null => {
  const response = sim.receive(buildCommandPacket(given, primitives));
  return response && openResponsePacket(response, given, primitives);
};
const readName = '00a40004026f4600b0000004';

describe('a SIM card', () => {
  test('selects, changes and reads a file, and answers with an authenticated proof', () => {
    const sim = createDemoSim(card);
    const done = push(sim, spec(1n, '00a40004026f4600d600000401536967'));
    expect(done).toMatchObject({ status: 0, authenticated: true, ciphered: true, counter: 1n });
    expect(parseCompact(done?.data ?? hex(''))).toMatchObject({ executed: 2, results: [{ statusWord: '9000' }] });
    expect(parseCompact(push(sim, spec(2n, readName))?.data ?? hex(''))).toMatchObject({
      results: [{ data: hex('01536967') }],
    });
    expect(sim.read('6f46')?.toString('hex', 0, 4)).toBe('01536967');
  });
  test.each([
    ['00a40004021234', 1, '6a82'],
    ['00a40004022fe200d600000100', 2, '6982'],
    ['00b0000001', 1, '6986'],
    ['00a40004026f4600b0001001', 2, '9000'],
    ['00a40004026f4600b0001101', 2, '6b00'],
    ['00ff000000', 1, '6d00'],
    ['90a4000000', 1, '6e00'],
    ['00a4000402', 1, '6700'],
  ])('answers %s after %i commands with %s', (script, executed, statusWord) => {
    const response = push(createDemoSim(card), spec(1n, script));
    expect(parseCompact(response?.data ?? hex(''))).toMatchObject({ executed, results: [{ statusWord }] });
  });
  test('answers an expanded script, of definite length for the last command, of indefinite for each', () => {
    const sim = createDemoSim(card);
    const script = '220700a40004026f46220500b0000002';
    const definite = push(sim, spec(1n, `aa10${script}`));
    expect(parseExpanded(definite?.data ?? hex(''))).toMatchObject({
      executed: 2,
      results: [{ statusWord: '9000', data: hex('01ff') }],
    });
    const indefinite = push(sim, spec(2n, `ae80${script}0000`));
    expect(parseExpanded(indefinite?.data ?? hex(''))).toMatchObject({
      results: [{ statusWord: '610e' }, { data: hex('01ff') }],
    });
    expect(parseExpanded(push(sim, spec(3n, 'aa02ff00'))?.data ?? hex(''))).toMatchObject({
      executed: 0,
      badFormat: 'unknown_tag',
    });
  });
  test('executes a counter once, refuses one that is low, and where it must be exact one that is high', () => {
    const sim = createDemoSim(card);
    const statuses = [
      spec(5n, readName),
      spec(5n, readName),
      spec(4n, readName),
      spec(9n, readName, '1e39'),
      spec(6n, readName, '1e39'),
    ].map((given) => push(sim, given)?.status);
    expect(statuses).toEqual([0, 2, 2, 3, 0]);
    expect([sim.executed(), sim.counterOf(card.keyVersion)]).toEqual([[5n, 6n], 6n]);
    sim.setCounter(card.keyVersion, (1n << 40n) - 1n);
    expect(push(sim, spec(7n, readName))?.status).toBe(4);
  });
  test('refuses an unknown TAR, a level too low, other keys and other versions', () => {
    const sim = createDemoSim(card);
    expect(push(sim, spec(1n, readName, '1639', 'b00099'))?.status).toBe(9);
    expect(push(sim, spec(1n, readName, '1239'))?.status).toBe(0x0a);
    expect(push(sim, { ...spec(1n, readName), kic: { version: 2, algorithm: 'aes-cbc' } })).toMatchObject({
      status: 6,
      authenticated: false,
    });
    const others = createSoftwarePrimitives({ kic: card.kic, kid: card.kic });
    expect(sim.receive(buildCommandPacket(spec(1n, readName), others))).not.toBeNull();
    expect(sim.executed()).toEqual([]);
  });
  test('answers when asked: always, on an error, never', () => {
    const sim = createDemoSim(card);
    expect(push(sim, spec(1n, readName, '163a'))).toBeNull();
    expect(push(sim, spec(1n, readName, '163a'))?.status).toBe(2);
    expect(push(sim, spec(1n, readName, '1638'))).toBeNull();
    sim.behave({ isSilent: true });
    expect(push(sim, spec(2n, readName))).toBeNull();
    expect(sim.executed()).toEqual([1n, 2n]);
  });
  test('answers errors in clear when it is of that kind: they are not authenticated', () => {
    const sim = createDemoSim(card);
    sim.behave({ errorsInClear: true });
    expect(push(sim, spec(1n, readName))).toMatchObject({ status: 0, authenticated: true });
    expect(push(sim, spec(1n, readName))).toMatchObject({ status: 2, authenticated: false, ciphered: false });
  });
  test('makes nothing of octets that are no packet', () => {
    const sim = createDemoSim(card);
    for (const packet of ['', '00', '0010'.padEnd(36, '0'), 'ff'.repeat(40)])
      expect(sim.receive(hex(packet))).toBeNull();
  });
});

test('a push in two short messages goes to the card through the SMSC, and its proof comes back, with UDHI or without', async () => {
  const sim = createDemoSim(card);
  const telephones = createTelephones({ [card.msisdn]: sim });
  const smsc = await startSmsc({
    systemId: 'box',
    password: 'secret',
    receiptDelayMs: 1,
    answerDelayMs: 1,
    telephones,
  });
  try {
    const esme = await bindEsme(smsc);
    for (const [counter, withoutUdhi] of [
      [1n, false],
      [2n, true],
    ] as const) {
      sim.behave({ withoutUdhi });
      const given = spec(counter, `00a40004026f3a00d6000064${'5a'.repeat(100)}00a40004026f3a00b0000010`);
      const parts = splitPacket(buildCommandPacket(given, primitives), { reference: 7, referenceBits: 8 });
      expect(parts).toHaveLength(2);
      for (const { udh, data } of [...parts].reverse())
        await esme.submit(card.msisdn, '', {
          esm_class: 0x40,
          protocol_id: 0x7f,
          data_coding: 0xf6,
          registered_delivery: 0,
          short_message: Buffer.concat([udh, data]),
        });
      const mo = await esme.delivered(Number(counter));
      expect(mo).toMatchObject({
        source_addr: card.msisdn,
        destination_addr: 'Signalbox',
        esm_class: withoutUdhi ? 0 : 0x40,
      });
      const recognized = recognizeResponse(mo.short_message as Buffer, !withoutUdhi);
      const response = openResponsePacket(recognized?.packet ?? hex(''), given, primitives);
      expect(response).toMatchObject({ status: 0, authenticated: true, counter });
      expect(parseCompact(response.data)).toMatchObject({ executed: 4, results: [{ data: Buffer.alloc(16, 0x5a) }] });
    }
  } finally {
    await smsc.stop();
  }
});
