import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type EmmCommand, encodeCommands } from '#shared/domain/emm/commands.ts';
import { type EnvelopeSuite, sealEnvelope } from '#shared/domain/emm/envelope.ts';
import { addressOf, encodeSection, usualFormats } from '#shared/domain/emm/section.ts';
import { createReceiver } from './receiver.ts';
import { createTransportStream } from './transport-stream.ts';

const caSystemId = 0x4a01;
const cardKey = Buffer.alloc(32, 1);
const epochKey = Buffer.alloc(32, 2);
const later = Math.floor(Date.now() / 1000) + 3_600;
let id = 0n;

interface Given {
  readonly card?: string;
  readonly suite?: EnvelopeSuite;
  readonly key?: Uint8Array;
  readonly expiry?: number;
}

const emm = (commands: readonly EmmCommand[], given: Given = {}): Buffer => {
  const { card = '1234567897', suite = 'epoch', key = epochKey, expiry = later } = given;
  id += 1n;
  const address = addressOf(card, usualFormats.unique);
  const context = { ca_system_id: caSystemId, table_id: usualFormats.unique.table_ids[0], address };
  const body = sealEnvelope(encodeCommands(commands), { suite, epoch: 7, id, expiry }, context, key);
  return encodeSection({ class: 'unique', toggle: 0, address, body }, usualFormats);
};

const add = (product: number) => ({ command: 'entitlement_add', product, from: 0, until: later }) as const;

test('a box takes what is for its card out of a transport stream, in the order in which it can open it', async () => {
  const receiver = createReceiver({ caSystemId, card: '1234567897', cardKey });
  const products = () => receiver.entitlements.map(({ product }) => product);
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-receiver-'));
  const file = join(directory, 'emm.ts');
  const stream = createTransportStream(file, { caSystemId, isPacked: true }, receiver.packet);
  const first = emm([{ command: 'entitlement_reset' }, add(17), add(18)]);
  stream.sections([first, emm([add(99)], { card: '4111111111111111' })]);
  // The key of its epoch has not come yet.
  expect([products(), receiver.epochs]).toEqual([[], []]);
  const key = emm([{ command: 'key_delivery', epoch: 7, key: epochKey }], { suite: 'device', key: cardKey });
  stream.sections([key, first, emm([add(21)], { expiry: later - 7_200 }), emm([add(22)], { key: cardKey })]);
  expect([products(), receiver.epochs]).toEqual([[17, 18], [7]]);
  stream.sections([
    emm([
      { command: 'entitlement_remove', product: 18 },
      { command: 'pair', box: 'BOX1' },
    ]),
  ]);
  // A repetition of what it has obeyed undoes nothing.
  stream.sections([first]);
  expect([products(), receiver.box, receiver.counts]).toEqual([[17], 'BOX1', { opened: 3, refused: 1 }]);
  await stream.close();
  expect(readFileSync(file).length % 188).toBe(0);
  rmSync(directory, { recursive: true });
});
