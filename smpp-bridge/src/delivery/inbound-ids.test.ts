import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { decodePdu } from '../pdu/decode.ts';
import { encodePdu } from '../pdu/encode.ts';
import type { BodyInput, DeliverSm } from '../pdu/pdu.ts';
import { createInboundIds } from './inbound-ids.ts';

/** The same content in a PDU of its own, as an SMSC delivers it again. */
const deliver = (body: BodyInput<'deliver_sm'>, sequenceNumber = 1) =>
  decodePdu(encodePdu({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body })) as DeliverSm;
const stop = { source_addr: '491701234567', destination_addr: '12345', short_message: Buffer.from('VOTE A') };

test('the same words sent twice by a person are two messages', () => {
  const ids = createInboundIds('primary');
  expect(ids.idOf(deliver(stop))).not.toBe(ids.idOf(deliver(stop)));
});

test('one that was not answered as taken is the same when it comes again, and the next is another', () => {
  const ids = createInboundIds('primary');
  const first = deliver(stop, 7);
  const id = ids.idOf(first);
  ids.notTaken(first);
  expect(ids.idOf(deliver({ ...stop, short_message: Buffer.from('VOTE B') }))).not.toBe(id);
  expect(ids.idOf(deliver(stop, 900))).toBe(id);
  expect(ids.idOf(deliver(stop, 901))).not.toBe(id);
});

test('it is the same however often that happens', () => {
  const ids = createInboundIds('primary');
  const attempts = Array.from({ length: 5 }, (_, n) => {
    const pdu = deliver(stop, n);
    const id = ids.idOf(pdu);
    ids.notTaken(pdu);
    return id;
  });
  expect(new Set(attempts).size).toBe(1);
});

test('as many are counted as were sent, however they and their repetitions follow each other', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (taken) => {
      const ids = createInboundIds('primary');
      const stored = new Set<string>();
      // Each is delivered until it is taken: here it is once, or once more after the others.
      const failed = taken.filter((isTaken) => {
        const pdu = deliver(stop);
        stored.add(ids.idOf(pdu));
        if (!isTaken) ids.notTaken(pdu);
        return !isTaken;
      });
      for (const _ of failed) stored.add(ids.idOf(deliver(stop)));
      expect(stored.size).toBe(taken.length);
    }),
  );
});

test('one that the SMSC gave an id is the same on every task, and not on another day, provider or with other words', () => {
  let day = Date.parse('2026-11-21T08:00:00Z');
  const named = { ...stop, tlvs: { receipted_message_id: 'mo-1' } };
  const id = createInboundIds('primary', () => day).idOf(deliver(named, 3));
  expect(z.uuid().parse(id)).toBe(createInboundIds('primary', () => day).idOf(deliver(named, 4)));
  const others = [
    createInboundIds('second', () => day).idOf(deliver(named)),
    createInboundIds('primary', () => day).idOf(deliver({ ...named, short_message: Buffer.from('VOTE B') })),
    createInboundIds('primary', () => day).idOf(deliver({ ...named, tlvs: { receipted_message_id: 'mo-2' } })),
  ];
  day += 86_400_000;
  others.push(createInboundIds('primary', () => day).idOf(deliver(named)));
  expect(new Set([id, ...others]).size).toBe(5);
});

test('what has not come again within an hour is not waited for', () => {
  let now = 0;
  const ids = createInboundIds('primary', () => now);
  const first = deliver(stop);
  const id = ids.idOf(first);
  ids.notTaken(first);
  now += 3_600_000;
  expect(ids.idOf(deliver(stop))).not.toBe(id);
});
