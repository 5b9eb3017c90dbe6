import { expect, test } from 'vitest';
import { bindTo, recordEvents, startScriptedSmsc } from '../session/scripted-smsc.ts';
import { createPduTrace, type TraceLine } from './pdu-trace.ts';

const enquiry = { command: 'enquire_link', commandStatus: 0, sequenceNumber: 5, body: {} } as const;

const traceAt = () => {
  const lines: TraceLine[] = [];
  const clock = { now: 0 };
  const trace = createPduTrace('primary', { now: () => clock.now, line: (line) => lines.push(line) });
  return { lines, clock, trace };
};

test('nothing is shown before it is asked for, after its time, or once it is ended', () => {
  const { lines, clock, trace } = traceAt();
  trace.passed(1, 'sent', enquiry);
  trace.showFor(1_000);
  clock.now = 999;
  trace.passed(1, 'sent', enquiry);
  clock.now = 1_000;
  trace.passed(1, 'received', enquiry);
  trace.showFor(1_000);
  trace.showFor(0);
  trace.passed(1, 'received', enquiry);
  expect(lines).toEqual([
    {
      provider: 'primary',
      bind: 1,
      direction: 'sent',
      command: 'enquire_link',
      sequence: 5,
      status: 'ESME_ROK',
      fields: {},
    },
  ]);
});

test('a session shows each PDU in both directions, once and in order, its bind among them', async () => {
  const smsc = await startScriptedSmsc();
  const { lines, trace } = traceAt();
  trace.showFor(1_000);
  const events = { ...recordEvents(), passed: trace.passed.bind(undefined, 2) };
  const { session, peer } = await bindTo(smsc, {}, events);
  const submitting = session.submit({ destination_addr: '491701234567', short_message: Buffer.from('hello') });
  peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0x58);
  await submitting;
  session.destroy();
  await smsc.close();
  expect(lines.map(({ bind, direction, command, status }) => `${bind} ${direction} ${command} ${status}`)).toEqual([
    '2 sent bind_transceiver ESME_ROK',
    '2 received bind_transceiver_resp ESME_ROK',
    '2 sent submit_sm ESME_ROK',
    '2 received submit_sm_resp ESME_RTHROTTLED',
  ]);
});
