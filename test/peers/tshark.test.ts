import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandIds, type Pdu } from '../../smpp-bridge/src/pdu/pdu.ts';
import { commandNames } from '../../smpp-bridge/src/pdu/pdu-arbitraries.ts';
import { tlvTable } from '../../smpp-bridge/src/pdu/tlvs.ts';
import { octetsOf, sampleOfEveryPdu } from './every-pdu.ts';
import { absence, peers } from './installed-peers.ts';
import { writePcap } from './write-pcap.ts';

const { missing, note } = absence(peers.tshark);

const directory = mkdtempSync(join(tmpdir(), 'signalbox-tshark-'));
const file = join(directory, 'every-pdu.pcap');
let port: number;
beforeAll(() => {
  port = writePcap(file, sampleOfEveryPdu.map(octetsOf));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A line for each frame that passes the filter, with these fields. */
const read = (filter: string, fields: readonly string[]): readonly (readonly string[])[] => {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const args = ['-n', '-r', file, '-d', `tcp.port==${port},smpp`, '-Y', filter, '-T', 'fields', ...wanted];
  const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
};

/** What tshark calls as we do and shows whole. Of a list, as in submit_multi, it shows all in one field. */
const numbers = ['source_addr_ton', 'source_addr_npi', 'esme_addr_ton', 'esme_addr_npi', 'addr_ton', 'addr_npi'];
const strings = ['service_type', 'source_addr', 'esme_addr', 'system_id', 'password', 'system_type', 'address_range'];
const compared = [...numbers, 'sm_default_msg_id', 'error_code', ...strings, 'message_id'];
const numeric = new Set([...numbers, 'sm_default_msg_id', 'error_code']);

/** It shows some numbers in hexadecimal, and a word for a service_type that is empty. */
const plain = (name: string, shown = ''): string =>
  numeric.has(name) && shown !== '' ? `${Number(shown)}` : shown.replace('(Default)', '');

const expected = (pdu: Pdu): Readonly<Record<string, string>> => {
  const fields = (pdu.body ?? {}) as Readonly<Record<string, string | number>>;
  const numbers = [commandIds[pdu.command], pdu.commandStatus, pdu.sequenceNumber];
  const entries = compared.map((name) => [name, `${fields[name] ?? ''}`]);
  return { numbers: numbers.join(), ...Object.fromEntries(entries) };
};

describe.skipIf(missing)(`tshark${note}`, () => {
  test('is shown every command and every optional parameter', () => {
    expect(new Set(sampleOfEveryPdu.map(({ command }) => command)).size).toBe(commandNames.length);
    const names = new Set(sampleOfEveryPdu.flatMap(({ body }) => Object.keys(body?.tlvs ?? {})));
    expect(names).toEqual(new Set(Object.keys(tlvTable)));
  });

  test('finds none of the PDUs we encode malformed', () => {
    expect(read('_ws.malformed || _ws.expert.severity == error', ['frame.number', '_ws.col.info'])).toEqual([]);
  });

  test('reads each of them as we meant it', () => {
    const header = ['command_id', 'command_status', 'sequence_number'].map((name) => `smpp.${name}`);
    const frames = read('smpp', [...header, ...compared.map((name) => `smpp.${name}`)]);
    const found = frames.map(([id, status, sequence, ...fields]) => ({
      numbers: [Number(id), Number(status), Number(sequence)].join(),
      ...Object.fromEntries(compared.map((name, n) => [name, plain(name, fields[n])])),
    }));
    for (const [index, pdu] of sampleOfEveryPdu.entries()) expect(found[index]).toEqual(expected(pdu));
    expect(found).toHaveLength(sampleOfEveryPdu.length);
  });

  test('finds as many optional parameters as we put there, each of its length', () => {
    const tags = sampleOfEveryPdu.flatMap(({ body }) => [
      ...Object.keys(body?.tlvs ?? {}).map((name) => tlvTable[name as keyof typeof tlvTable][0]),
      ...(body?.otherTlvs ?? []).map(({ tag }) => tag),
    ]);
    const found = read('smpp.opt_param_tag', ['smpp.opt_param_tag']).flatMap(([list]) => list?.split(',') ?? []);
    expect(found.map(Number)).toEqual(tags);
  });
});
