import { v7 as uuidV7 } from 'uuid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MessageId } from '#shared/contracts/identifiers.ts';
import { startSmsc } from '../../../local/smsc/start-smsc.ts';
import { type Peer, patientSettings, type ScriptedSmsc, startScriptedSmsc } from '../session/scripted-smsc.ts';
import { type Supervisor, superviseBind } from '../session/supervisor.ts';
import { createLinks, type Links } from './links.ts';

const prompt = { baseMs: 1, ceilingMs: 1, bindFailedBaseMs: 1, alreadyBoundMs: 1, circuitOpenMs: 1 };
const part = () => ({ message_id: MessageId.parse(uuidV7()), attempt: 1, parts: [1] });

let links: Links;
let supervisor: Supervisor;
const bindTo = (port: number, account = {}, now = () => performance.now()) => {
  links = createLinks({ limits: { mostInFlight: 50, burst: 10 }, now });
  supervisor = superviseBind(
    { ...patientSettings, ...account, port },
    {
      deliver: () => Promise.resolve(0),
      lateResponse: () => undefined,
      bound: (session) => links.attach(session),
      lost: () => undefined,
    },
    { backoff: prompt },
  );
};
afterEach(async () => {
  links.close();
  await supervisor.stop(0);
});

test('an SMSC that throttles gets every part once, and those to one destination in their order', async () => {
  const account = { systemId: 'throttle', password: 'throttle' };
  const smsc = await startSmsc({ ...account, throttlePerSecond: 200, receiptDelayMs: 3_600_000 });
  try {
    bindTo(smsc.port, account);
    const texts = Array.from({ length: 400 }, (_, n) => `${n}`);
    const results = await Promise.all(
      texts.map((text, n) => {
        const fields = { destination_addr: `4917012345${n % 8}9`, short_message: Buffer.from(text) };
        return links.submit(fields, part());
      }),
    );
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    const received = smsc.received();
    expect(received.some(({ command_status }) => command_status === 0x58)).toBe(true);
    const accepted = received.filter(({ command_status }) => command_status === 0);
    expect(accepted).toHaveLength(texts.length);
    for (const [destination, some] of Map.groupBy(accepted, (each) => each.destination)) {
      const inOrder = texts.filter((_, n) => destination.endsWith(`${n % 8}9`));
      expect(some.map(({ text }) => text)).toEqual(inOrder);
    }
  } finally {
    await smsc.stop();
  }
});

let scripted: ScriptedSmsc;
beforeEach(async () => {
  scripted = await startScriptedSmsc();
});
afterEach(() => scripted.close());

const acceptBind = async (): Promise<Peer> => {
  const peer = await scripted.connection();
  peer.answer(await peer.next('bind_transceiver'), 'bind_transceiver_resp', 0, {});
  return peer;
};
const submitTo = (destination_addr: string) => links.submit({ destination_addr }, part());

test.each([0x04, 0x05, 0x0d, 0x0e, 0x0f])(
  'a submit that is answered %i goes over a new bind, and what else was in flight is not lost',
  async (commandStatus) => {
    bindTo(scripted.port);
    const results = [submitTo('1'), submitTo('2')];
    const first = await acceptBind();
    const submits = [await first.next('submit_sm'), await first.next('submit_sm')];
    first.answer(submits[0] ?? { sequenceNumber: 0 }, 'submit_sm_resp', commandStatus);
    first.answer(submits[1] ?? { sequenceNumber: 0 }, 'submit_sm_resp', 0, { message_id: 'two' });
    first.answer(await first.next('unbind'), 'unbind_resp');
    const second = await acceptBind();
    const again = await second.next('submit_sm');
    expect(again.body?.destination_addr).toBe('1');
    second.answer(again, 'submit_sm_resp', 0, { message_id: 'one' });
    expect(await Promise.all(results)).toEqual([
      { outcome: 'accepted', messageId: 'one' },
      { outcome: 'accepted', messageId: 'two' },
    ]);
  },
);

test('a part that was throttled on a bind that is lost is sent again, or is not sent: never unknown', async () => {
  // Time stands still, so that nothing is sent again over the bind that throttled it.
  bindTo(scripted.port, {}, () => 0);
  const results = [submitTo('1'), submitTo('2')];
  const first = await acceptBind();
  const submits = [await first.next('submit_sm'), await first.next('submit_sm')];
  for (const submit of submits) first.answer(submit, 'submit_sm_resp', 0x58);
  await expect.poll(() => links.waiting).toBe(2);
  first.socket.destroy();
  const second = await acceptBind();
  const again = await second.next('submit_sm');
  expect(again.body?.destination_addr).toBe('1');
  second.answer(again, 'submit_sm_resp', 0, { message_id: 'one' });
  expect(await results[0]).toEqual({ outcome: 'accepted', messageId: 'one' });
  const last = await second.next('submit_sm');
  second.answer(last, 'submit_sm_resp', 0x14);
  await expect.poll(() => links.waiting).toBe(1);
  links.close();
  expect(await results[1]).toEqual({ outcome: 'not-sent' });
});
