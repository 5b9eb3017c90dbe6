import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createCarousel } from '#shared/domain/carousel/carousel.ts';
import { createDemultiplexer } from '../../../local/mux/demultiplexer.ts';
import { type Mux, type MuxOptions, startMux } from '../../../local/mux/start-mux.ts';
import { until } from '../../../test/support/until.ts';
import { createEmitter } from '../emitter/emit.ts';
import { createMuxOutput } from './mux-output.ts';
import type { Output, OutputEvent } from './output.ts';

const caSystemId = 0x4a01;
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const openMux = async (options: Partial<MuxOptions> = {}): Promise<Mux> => {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-mux-'));
  const mux = await startMux({ file: join(directory, 'emm.ts'), caSystemId, ...options });
  cleanups.push(() => rmSync(directory, { recursive: true }));
  cleanups.push(() => mux.stop());
  return mux;
};

interface Opened {
  readonly output: Output;
  readonly events: OutputEvent[];
}

const open = (
  mux: Mux,
  { mode = 'section' as 'section' | 'packet', version = 3 as 2 | 3, stallMs = 5_000 } = {},
): Opened => {
  const events: OutputEvent[] = [];
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
      packs: true,
      bandwidth_kbit_s: 200,
      negotiates: true,
      answerMs: 2_000,
      quietMs: 30_000,
      stallMs,
    },
    (event) => events.push(event),
  );
  cleanups.push(() => output.destroy());
  return { output, events };
};

const granted = (output: Output, kbitS: number) =>
  until(`${kbitS} kbit/s are allocated`, () => output.allocation === kbitS);

/** Sections that can be told apart. */
const section = (number: number, length = 100): Buffer => {
  const octets = Buffer.alloc(length, 0x55);
  octets.writeUInt8(0x82, 0);
  octets.writeUInt16BE(0x7000 | (length - 3), 1);
  octets.writeUInt32BE(number, 3);
  return octets;
};

/** Emits so many EMMs from now on, as often as there is bandwidth for. */
const emit = (output: Output, count: number) => {
  const carousel = createCarousel();
  for (let i = 0; i < count; i += 1)
    carousel.put(
      {
        id: `${i}`,
        class: 'global',
        device: '',
        kind: `${i}`,
        revision: 1,
        section: section(i),
        starts_at: 0,
        expires_at: Date.now() + 3_600_000,
        is_new: false,
      },
      Date.now(),
    );
  const emitter = createEmitter(carousel, output, {
    wallTime: Date.now,
    now: () => performance.now(),
    sent: () => undefined,
  });
  const timer = setInterval(emitter.tick, 10);
  cleanups.push(() => clearInterval(timer));
  return emitter;
};

describe.each(['section', 'packet'] as const)('in %s mode', (mode) => {
  test.each([2, 3] as const)(
    'every EMM comes out of the transport stream as it went in, version %d',
    async (version) => {
      const received = new Set<string>();
      const demultiplexer = createDemultiplexer(caSystemId, (found) => received.add(found.toString('hex')));
      const mux = await openMux({ packet: demultiplexer.packet });
      const { output } = open(mux, { mode, version });
      await granted(output, 200);
      emit(output, 40);
      await until('every EMM was received', () => received.size === 40);
      expect(received).toEqual(new Set(Array.from({ length: 40 }, (_, i) => section(i).toString('hex'))));
      await output.close();
      await until('the channel is closed', () => mux.heard.includes(0x14));
      expect(mux.faults).toEqual([]);
      expect(mux.heard.slice(0, 3)).toEqual([0x11, 0x111, 0x117]);
      expect(mux.heard.slice(-2)).toEqual([0x114, 0x14]);
    },
  );
});

test('what is allocated counts, whenever it changes', async () => {
  const mux = await openMux({ bandwidthKbitS: 50 });
  const { output } = open(mux);
  await granted(output, 50);
  mux.allocate(120);
  await granted(output, 120);
  mux.allocate(0);
  await granted(output, 0);
  const emitter = emit(output, 5);
  const before = emitter.emissions;
  mux.allocate(400);
  // More than was asked for is not used.
  await granted(output, 200);
  expect(before).toBe(0);
  output.request(80);
  await granted(output, 80);
  expect(mux.faults).toEqual([]);
});

test('tests are answered at any time', async () => {
  const mux = await openMux();
  const { output } = open(mux);
  await granted(output, 200);
  emit(output, 5);
  mux.test();
  await until('both are answered', () => mux.heard.includes(0x13) && mux.heard.includes(0x113));
});

test('a complaint of too much is obeyed until more is allocated', async () => {
  const mux = await openMux();
  const { output, events } = open(mux);
  await granted(output, 200);
  mux.complain(0x000f);
  await granted(output, 180);
  expect(events).toContainEqual({ event: 'complained', statuses: ['exceeded_bandwidth'] });
  mux.allocate(200);
  await granted(output, 200);
});

test.each(['channel', 'stream'] as const)(
  'a refused %s is asked for again, and had when it is granted',
  async (what) => {
    const mux = await openMux();
    mux.refuse(what, [0x0007]);
    const { output, events } = open(mux);
    const refused = () => events.filter(({ event }) => event === 'failed').length;
    await until('it was refused twice', () => refused() >= 2);
    expect(events[0]).toMatchObject({ reason: 'refused', statuses: ['too_many_channels'] });
    mux.refuse(what, []);
    await granted(output, 200);
  },
);

test('a MUX that goes away is connected to again', async () => {
  const mux = await openMux();
  const { output } = open(mux);
  await granted(output, 200);
  mux.disconnect();
  await until('it has noticed', () => output.allocation === 0);
  await granted(output, 200);
});

test('a MUX that takes nothing is given nothing, and left', async () => {
  const mux = await openMux({ bandwidthKbitS: 60_000 });
  const { output, events } = open(mux, { stallMs: 500 });
  output.request(60_000);
  await granted(output, 60_000);
  mux.stall(true);
  emit(output, 1_000);
  await until('it is left', () =>
    Promise.resolve(events.some((each) => each.event === 'failed' && each.reason === 'stalled')),
  );
  mux.stall(false);
  await granted(output, 60_000);
});

test('a message that cannot be understood is answered; a stream that is none is left', async () => {
  const mux = await openMux();
  const { output, events } = open(mux);
  await granted(output, 200);
  mux.sendRaw(Buffer.from('0304440000', 'hex'));
  await until('it is answered', () => mux.heard.includes(0x15));
  expect(output.allocation).toBe(200);
  mux.sendRaw(Buffer.from('GET / HTTP/1.1\r\n'));
  await until('it is left', () => events.some((each) => each.event === 'failed'));
  expect(events.find(({ event }) => event === 'failed')).toMatchObject({ reason: 'malformed' });
  await granted(output, 200);
});
