import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPacketizer } from '#shared/domain/carousel/pack-datagrams.ts';
import { messageTypes } from '#shared/domain/simulcrypt/messages.ts';
import { startMux } from '../../local/mux/start-mux.ts';
import { createMuxOutput } from '../../mux-bridge/src/output/mux-output.ts';
import { until } from '../support/until.ts';
import { startCamdServer } from './camd-server.ts';
import { absence, peers } from './installed-peers.ts';
import { startPeerProgram } from './peer-program.ts';
import { writePcap } from './write-pcap.ts';

const caSystemId = 0x4a01;
const channelSetup = 0x11;
const directory = mkdtempSync(join(tmpdir(), 'signalbox-simulcrypt-'));
const streams = { section: join(directory, 'section.ts'), packet: join(directory, 'packet.ts') };
const conversation: Buffer[] = [];
const sections = Array.from({ length: 60 }, (_, i) => {
  const body = Buffer.concat([1, 2, 3, 4].map((n) => createHash('sha512').update(`${i} ${n}`).digest())).subarray(
    0,
    20 + 4 * (i % 58),
  );
  return Buffer.concat([Buffer.of(0x82 + (i % 14), 0x70, body.length), body]);
});

/** One run of everything that is said: two versions, two modes, tests, complaints, refusals, both ways of closing. */
const converse = async (mode: 'section' | 'packet', version: 2 | 3): Promise<void> => {
  const mux = await startMux({
    file: streams[mode],
    caSystemId,
    isPacked: false,
    message: (octets) => conversation.push(octets),
  });
  const output = createMuxOutput(
    {
      host: mux.host,
      port: mux.port,
      version,
      client_id: caSystemId * 0x10000 + 1,
      channel_id: 1,
      stream_id: 1,
      data_id: 1,
      mode,
      packs: false,
      bandwidth_kbit_s: 800,
      negotiates: true,
      answerMs: 2_000,
      quietMs: 30_000,
      stallMs: 5_000,
    },
    () => undefined,
  );
  await until('bandwidth is allocated', () => output.allocation === 800);
  const packetizer = createPacketizer(0x1ffe, false);
  const waiting = [...sections];
  if (mode === 'section') for (let at = 0; at < sections.length; at += 7) output.send(sections.slice(at, at + 7));
  else
    for (let packet = packetizer.next(() => waiting.shift()); packet; packet = packetizer.next(() => waiting.shift()))
      output.send([packet]);
  mux.test();
  await until('the tests are answered', () => mux.heard.includes(0x113));
  mux.complain(0x000f);
  await until('the complaint is heard', () => output.allocation === 720);
  output.request(700);
  await until('less is allocated', () => output.allocation === 700);
  mux.complain(0x7001);
  // Not by the allocation, which is nothing in between: that may be over before it is looked at.
  await until('it is connected to again', () => mux.heard.filter((type) => type === channelSetup).length === 2);
  await until('as much is allocated again', () => output.allocation === 700);
  mux.sendRaw(Buffer.from('0304440000', 'hex'));
  await until('it says what it does not understand', () => mux.heard.includes(0x15));
  await output.close();
  await until('the channel is closed', () => mux.heard.includes(0x14));
  await mux.stop();
};

beforeAll(async () => {
  await converse('section', 3);
  await converse('packet', 2);
});
afterAll(() => rmSync(directory, { recursive: true }));

const { missing: hasNoTshark, note: tsharkNote } = absence(peers.tshark);

describe.skipIf(hasNoTshark)(`tshark's SimulCrypt dissector${tsharkNote}`, () => {
  const read = (filter: string, field: string): string[] => {
    const file = join(directory, 'conversation.pcap');
    const port = writePcap(file, conversation);
    const args = ['-n', '-r', file, '-d', `tcp.port==${port},simulcrypt`, '-Y', filter, '-T', 'fields', '-e', field];
    const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    if (status !== 0) throw new Error(stderr);
    return stdout.split('\n').slice(0, -1);
  };

  test('finds no message of a run malformed', () => {
    expect(read('_ws.malformed || _ws.expert.severity >= 0x600000', '_ws.col.info')).toEqual([]);
  });

  test('reads each of them as what it is', () => {
    const types = read('simulcrypt', 'simulcrypt.message.type').flatMap((shown) => shown.split(',').map(Number));
    expect(types).toEqual(conversation.map((octets) => octets.readUInt16BE(1)));
    const said = new Set(types);
    const unsaid = Object.entries(messageTypes).filter(([, { type }]) => !said.has(type));
    expect(unsaid.map(([name]) => name)).toEqual([]);
  });
});

const { missing: hasNoReceiver, note: receiverNote } = absence(peers.tsdecrypt);

/** It finds the section that begins a packet, and no other: so each begins one here. */
describe.skipIf(hasNoReceiver)(`tsdecrypt${receiverNote}`, () => {
  test.each(['section', 'packet'] as const)(
    'finds every EMM of a transport stream in %s mode, octet for octet',
    async (mode) => {
      const camd = await startCamdServer('pass');
      const tsdecrypt = startPeerProgram('tsdecrypt', [
        ...['-I', `file://${streams[mode]}`, '-C', `0x${caSystemId.toString(16)}`, '--emm-only', '-O', '/dev/null'],
        ...['-s', `127.0.0.1:${camd.port}`, '-U', 'user', '-P', 'pass', '-4'],
      ]);
      const found = () => camd.emms.filter((section) => section.readUInt8(0) >= 0x82);
      await until('it has handed over as many', () => found().length >= sections.length, { withinMs: 20_000 }).catch(
        () => undefined,
      );
      await tsdecrypt.stop();
      await camd.stop();
      const hexes = (some: readonly Buffer[]) => some.map((section) => section.toString('hex'));
      expect(hexes(found()).sort(), tsdecrypt.output).toEqual(hexes(sections).sort());
    },
  );
});
