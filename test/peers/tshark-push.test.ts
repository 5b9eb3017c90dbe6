import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { toSubmitSm } from '../../smpp-bridge/src/delivery/to-submit-sm.ts';
import { encodePdu } from '../../smpp-bridge/src/pdu/encode.ts';
import { absence, peers } from './installed-peers.ts';
import { writePcap } from './write-pcap.ts';

const { missing, note } = absence(peers.tshark);
const directory = mkdtempSync(join(tmpdir(), 'signalbox-tshark-push-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const claim = (packetOctets: number, parts: number, referenceBits: 8 | 16): Claim => ({
  message_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  client_id: '01a1fd77-b033-76ea-943c-c564809ad38f',
  attempt: 1,
  claim_id: '6f2b0b6e-0000-4000-8000-000000000000',
  recipient: '491701000101',
  sender: 'Signalbox',
  body: '5a'.repeat(packetOctets),
  encoding: 'binary',
  locking_shift: null,
  single_shift: null,
  data_coding: 0xf6,
  protocol_id: 0x7f,
  udh_hex: null,
  push_reference_bits: referenceBits,
  concat_reference: 0x1234,
  correlation_id: 'c',
  remaining_seconds: 3600,
  part_numbers: Array.from({ length: parts }, (_, index) => index + 1),
  tried: [],
});

/** What tshark says of the elements in each submit_sm's user data header, and of how it is to be handled. */
const decoded = (claims: readonly Claim[]): string[][] => {
  const file = join(directory, 'pushes.pcap');
  const pdus = claims.flatMap((one, index) =>
    (toSubmitSm(one) ?? []).map(({ fields }) =>
      encodePdu({ command: 'submit_sm', commandStatus: 0, sequenceNumber: index + 1, body: fields }),
    ),
  );
  const port = writePcap(file, pdus);
  const { status, stdout, stderr } = spawnSync('tshark', ['-n', '-r', file, '-d', `tcp.port==${port},smpp`, '-V'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const told =
    /Information Element Identifier: (0x\w+)|Message (?:identifier|parts|part number): (\d+)|Message class: (Class 2)|Protocol id\.: (0x\w+)/;
  return stdout
    .split(/^Frame \d+:/m)
    .filter((frame) => /submit_sm/i.test(frame))
    .map((frame) => frame.split('\n').flatMap((line) => told.exec(line)?.slice(1).filter(Boolean) ?? []));
};

describe.skipIf(missing)(`tshark${note}`, () => {
  const card = ['0x7f', 'Class 2'];
  const [eightBits, sixteenBits, toolkit] = ['0x00', '0x08', '0x70'];

  test('reads a push in one short message as one for the (U)SIM toolkit', () => {
    expect(decoded([claim(137, 1, 8)])).toEqual([[...card, toolkit]]);
  });
  test('reads the parts of a longer one, of which the first alone is for the toolkit', () => {
    expect(decoded([claim(282, 3, 8)])).toEqual([
      [...card, eightBits, '52', '3', '1', toolkit],
      [...card, eightBits, '52', '3', '2'],
      [...card, eightBits, '52', '3', '3'],
    ]);
    expect(decoded([claim(138, 2, 16)])).toEqual([
      [...card, sixteenBits, '4660', '2', '1', toolkit],
      [...card, sixteenBits, '4660', '2', '2'],
    ]);
  });
});
