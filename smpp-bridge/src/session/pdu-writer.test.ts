import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { encodePdu } from '../pdu/encode.ts';
import { PduError } from '../pdu/pdu-error.ts';
import { createPduWriter } from './pdu-writer.ts';

/** A socket that counts its writes, and reads each when it gets rid of it. */
const countingSocket = (gets: (rid: () => void) => void = (rid) => rid()) => {
  const writes: Buffer[] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _, done) =>
      gets(() => {
        writes.push(Buffer.from(chunk));
        done();
      }),
  });
  return { socket: socket as unknown as Socket, writes };
};

const nextTick = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const submit = (sequenceNumber: number, octets = 10) =>
  ({
    command: 'submit_sm',
    commandStatus: 0,
    sequenceNumber,
    body: { destination_addr: '1', tlvs: { message_payload: Buffer.alloc(octets, sequenceNumber) } },
  }) as const;

test('all PDUs of one tick go out in one write, in order', async () => {
  const { socket, writes } = countingSocket();
  const writer = createPduWriter(socket, () => undefined);
  const batches = [1, 2, 3].map((n) => writer.write(submit(n)));
  expect([writes.length, writer.flushedBatch, batches]).toEqual([0, 0, [1, 1, 1]]);
  await nextTick();
  expect(writes).toEqual([Buffer.concat([1, 2, 3].map((n) => encodePdu(submit(n))))]);
  expect(writer.flushedBatch).toBe(1);
  expect(writer.write(submit(4))).toBe(2);
});

test.each([
  ['at once', (rid: () => void) => rid()],
  ['after a while', (rid: () => void) => void setTimeout(rid, 5)],
])('more than a chunk holds is written whole to a socket that gets rid of it %s', async (_, gets) => {
  const { socket, writes } = countingSocket(gets);
  const writer = createPduWriter(socket, () => undefined);
  const pdus = Array.from({ length: 40 }, (_, n) => submit(n + 1, (n * 1_999) % 60_000));
  for (const pdu of pdus) {
    writer.write(pdu);
    if (pdu.sequenceNumber % 3 === 0) await nextTick();
  }
  await nextTick();
  await finished(socket.end());
  // Compared as one truth: the difference of two such buffers takes minutes to print.
  expect(Buffer.concat(writes).equals(Buffer.concat(pdus.map((pdu) => encodePdu(pdu))))).toBe(true);
});

test('a chunk that the socket has got rid of is filled again, and one that it has not is left alone', async () => {
  const rid: (() => void)[] = [];
  const seen: Buffer[] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _, done) => {
      seen.push(chunk);
      rid.push(done);
    },
  });
  const writer = createPduWriter(socket as unknown as Socket, () => undefined);
  const send = async (sequenceNumber: number) => {
    writer.write(submit(sequenceNumber));
    await nextTick();
  };
  await send(1);
  await send(2);
  expect(seen[0]).toEqual(encodePdu(submit(1)));
  rid.shift()?.();
  await nextTick();
  rid.shift()?.();
  await nextTick();
  await send(3);
  expect(seen.map((chunk) => chunk.byteOffset)).toEqual([0, encodePdu(submit(1)).length, 0]);
});

test('a PDU that breaks the specification leaves the batch as it was', async () => {
  const { socket, writes } = countingSocket();
  const writer = createPduWriter(socket, () => undefined);
  writer.write(submit(1));
  expect(() => writer.write({ ...submit(2), body: { destination_addr: 'x'.repeat(30) } })).toThrow(PduError);
  writer.write(submit(3));
  await nextTick();
  expect(Buffer.concat(writes)).toEqual(Buffer.concat([submit(1), submit(3)].map((pdu) => encodePdu(pdu))));
});

test('what was not handed over when the socket is gone has no batch that left', async () => {
  const { socket, writes } = countingSocket();
  const writer = createPduWriter(socket, () => undefined);
  const batch = writer.write(submit(1));
  socket.destroy();
  await nextTick();
  expect(writes).toEqual([]);
  expect(writer.flushedBatch).toBeLessThan(batch);
});
