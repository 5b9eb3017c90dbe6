import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pdu } from '../../smpp-bridge/src/pdu/pdu.ts';
import { commandNames } from '../../smpp-bridge/src/pdu/pdu-arbitraries.ts';
import { tlvTable } from '../../smpp-bridge/src/pdu/tlvs.ts';
import { octetsOf, sampleOfEveryPdu } from './every-pdu.ts';
import { expectedWords } from './expected-words.ts';
import { absence, peers } from './installed-peers.ts';

const { missing, note } = absence(peers.libsmpp34);

const directory = mkdtempSync(join(tmpdir(), 'signalbox-libsmpp34-'));
const program = join(directory, 'unpack-pdus');
beforeAll(() => {
  if (missing) return;
  const source = fileURLToPath(new URL('unpack-pdus.c', import.meta.url));
  const options = ['-std=gnu11', '-w', '-I/usr/include/libsmpp34', '-o', program, source, '-lsmpp34'];
  const { status, stderr } = spawnSync('gcc', options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const unpack = (frames: readonly Buffer[]): readonly string[] => {
  const input = frames.map((frame) => `${frame.toString('hex')}\n`).join('');
  const { status, stdout } = spawnSync(program, { input, encoding: 'latin1', maxBuffer: 256 * 1024 * 1024 });
  expect(status).toBe(0);
  return stdout.trimEnd().split('\n');
};

/** What it read, as `expectedWords` says it. */
const words = (line: string) => {
  const [mandatory = '', ...optional] = line.trimEnd().split(/ (?=tag=)/);
  return { mandatory: mandatory.split(' '), optional };
};

const isExtended = ({ body }: Pdu): boolean =>
  body !== null && Object.keys(body.tlvs).length + body.otherTlvs.length > 0;

/** It knows only of submit_sm_resp that a refusal is its header alone, and nothing of what 4.7.2 lets follow. */
const isKnown = (pdu: Pdu): boolean =>
  (pdu.body !== null || pdu.command === 'submit_sm_resp') && !(pdu.command === 'data_sm_resp' && isExtended(pdu));

describe.skipIf(missing)(`libsmpp34${note}`, () => {
  const sample = sampleOfEveryPdu.filter(isKnown);

  test('is shown every command and every optional parameter', () => {
    expect(new Set(sample.map(({ command }) => command)).size).toBe(commandNames.length);
    const names = new Set(sample.flatMap(({ body }) => Object.keys(body?.tlvs ?? {})));
    expect(names).toEqual(new Set(Object.keys(tlvTable)));
  });

  test('unpacks every PDU we encode, field by field as we meant it', () => {
    const frames = sample.map(octetsOf);
    const lines = unpack(frames);
    expect(lines).toHaveLength(sample.length);
    for (const [index, pdu] of sample.entries()) {
      const expected = expectedWords(pdu, frames[index]?.length ?? 0);
      expect(words(lines[index] ?? ''), pdu.command).toEqual(expected);
    }
  });

  test('refuses what is none, so that its silence means something', () => {
    const [submit] = sample.filter(({ command }) => command === 'submit_sm').map(octetsOf);
    expect(unpack([submit?.subarray(0, -1) ?? Buffer.alloc(0)])[0]).toMatch(/^refused/);
  });
});
