import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodePdu } from '../pdu/encode.ts';
import { bindTo, recordEvents, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';

/** Memory stays flat, whatever the peer does with what it is sent, and however much it sends. */

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(() => smsc.close());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held, in MiB, after all that can be let go was. */
const heldMiB = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

const nextTurn = () => new Promise(setImmediate);
const text = { destination_addr: '491701234567', short_message: Buffer.alloc(140, 0x61) };

test('200,000 submit_sm to a peer that does not read are turned away, not kept', async () => {
  const { session, peer } = await bindTo(smsc, { windowSize: 1_000_000 });
  peer.socket.pause();
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const before = heldMiB();
  // An owner that never asks for a free slot.
  for (let n = 0; n < 200_000; n++) {
    void session.submit(text).then(({ outcome }) => count(outcome));
    if (n % 200 === 0) await nextTurn();
  }
  await nextTurn();
  // What the kernel took is in flight, and no more than a few MiB of octets are.
  expect(session.inFlight + (outcomes.get('not-sent') ?? 0)).toBe(200_000);
  expect(session.inFlight).toBeLessThan(60_000);
  expect(session.freeSlots).toBe(0);
  expect(heldMiB() - before).toBeLessThan(48);
  session.destroy();
  await nextTurn();
  expect([...outcomes.values()].reduce((sum, each) => sum + each, 0)).toBe(200_000);
});

test('of 200,000 messages that are not stored few are read, and their peer is held back', async () => {
  const events = recordEvents(() => new Promise(() => undefined));
  const { peer } = await bindTo(smsc, { maxPendingDeliveries: 50 }, events);
  const message = encodePdu({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 7, body: text });
  const messages = Buffer.concat(new Array<Buffer>(500).fill(message));
  const before = heldMiB();
  // The same octets each time, so that what waits on the peer's side takes no memory of this process.
  for (let n = 0; n < 400; n++) peer.socket.write(messages);
  await expect.poll(() => events.delivered.length).toBeGreaterThan(49);
  for (let n = 0; n < 1_000; n++) await nextTurn();
  // A chunk that was read is delivered whole; none is read after it.
  expect(events.delivered.length).toBeLessThan(2_000);
  expect(peer.socket.writableLength).toBeGreaterThan(100_000 * message.length);
  expect(heldMiB() - before).toBeLessThan(32);
});

test('100,000 PDUs that nobody asked for leave nothing behind', async () => {
  const { session, peer, events } = await bindTo(smsc, {}, { ...recordEvents(), event: () => undefined });
  const stray = encodePdu({
    command: 'submit_sm_resp',
    commandStatus: 0,
    sequenceNumber: 99,
    body: { message_id: '1' },
  });
  const bad = Buffer.from('00000011000000050000000000000009ff', 'hex');
  const some = Buffer.concat(new Array<Buffer>(500).fill(Buffer.concat([stray, bad])));
  const before = heldMiB();
  for (let n = 0; n < 100; n++) {
    if (!peer.socket.write(some)) await new Promise((resolve) => peer.socket.once('drain', resolve));
    for (let answered = 0; answered < 500; answered++) await peer.next('deliver_sm_resp');
  }
  expect(events.delivered).toEqual([]);
  expect(session.state).toBe('BOUND_TRX');
  expect(heldMiB() - before).toBeLessThan(32);
});

test('a peer that names the longest PDU again and again makes room for one at a time', async () => {
  const before = heldMiB();
  for (let n = 0; n < 50; n++) {
    const { peer, events } = await bindTo(smsc);
    const longest = Buffer.alloc(17);
    longest.writeUInt32BE(64 * 1024 + 1024, 0);
    peer.socket.end(longest);
    expect(await events.end).toEqual({ reason: 'closed-by-peer' });
  }
  expect(heldMiB() - before).toBeLessThan(16);
});
