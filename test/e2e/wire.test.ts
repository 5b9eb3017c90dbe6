import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Capture, startCapture, whyNoCapture } from '../support/capture.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const reason = whyNoCapture();

const directory = mkdtempSync(join(tmpdir(), 'signalbox-wire-'));
let box: RunningSignalbox;
let capture: Capture;
beforeAll(async () => {
  if (reason !== null) return;
  box = await startRunningSignalbox();
  capture = await startCapture(box.smsc.port, join(directory, 'run.pcapng'));
});
afterAll(async () => {
  await capture?.stop();
  await box?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** SMPP 3.4, 5.1.2.1. */
const commandIds = {
  generic_nack: 0x80000000,
  bind_transceiver: 0x00000009,
  bind_transceiver_resp: 0x80000009,
  submit_sm: 0x00000004,
  submit_sm_resp: 0x80000004,
  deliver_sm: 0x00000005,
  deliver_sm_resp: 0x80000005,
  unbind: 0x00000006,
  unbind_resp: 0x80000006,
  enquire_link: 0x00000015,
  enquire_link_resp: 0x80000015,
};

/** Those that are bound. */
const sessionIds = (): readonly number[] => box.smsc.sessions().flatMap(({ id, mode }) => (mode === null ? [] : [id]));

/** Every alphabet, header, sender and fate. */
const messages = [
  { text: 'plain' },
  { text: '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ' },
  { text: '^{}\\[~]|€'.repeat(20) },
  { text: 'Привет, 世界 😀' },
  { text: '😀'.repeat(200), max_parts: 255 },
  { text: 'x'.repeat(160) },
  { text: 'x'.repeat(9_000), max_parts: 255 },
  { text: 'from a name', from: 'Signal & Co' },
  { text: 'from a short code', from: '12345' },
  { text: 'from a number', from: '+491709999999' },
  { text: 'soon over', validity_seconds: 60 },
  { text: 'at length', validity_seconds: 604_800, priority: 'high' },
  ...['0001', '0002', '0003', '0004', '0005', '0006'].map((fate) => ({ text: `to ${fate}`, to: `4917099${fate}` })),
].map((message, i) => ({ to: `49170880${`${i}`.padStart(4, '0')}9`, ...message }));

const sendOneOfEach = async (): Promise<void> => {
  const sent = await Promise.all(messages.map((message) => box.send(message)));
  await Promise.all(
    sent.map(({ id, to }) => (to.endsWith('0005') ? box.waitForStatus(id, 'SENT') : box.waitForFinal(id))),
  );
};

const receiveOneOfEach = async (): Promise<void> => {
  const mo = { source: '491707000001', destination: '12345' };
  const sent = [
    { ...mo, text: 'hello' },
    { ...mo, text: 'Grüße 😀'.repeat(30) },
    { ...mo, data_hex: '00ff'.repeat(60), data_coding: 4 },
    { ...mo, data_hex: 'ab'.repeat(2_000), data_coding: 4 },
    { ...mo, data_hex: '616263', udh_hex: '0605040b8423f0', data_coding: 0 },
  ].map((each) => box.smsc.injectMo(each).parts);
  // One row a message, of however many parts.
  expect(sent).toEqual([1, expect.any(Number), 1, 1, 1]);
  const count = 'SELECT count(*)::int AS n FROM inbound_messages';
  await until('all is stored', async () => (await box.query<{ n: number }>(count))[0]?.n === sent.length);
};

test.skipIf(reason !== null)(
  `an independent decoder finds no malformed frame in a run${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 180_000 },
  async () => {
    await until('a session is bound', () => sessionIds().length > 0);
    // The bind too is to be seen.
    const first = sessionIds();
    box.smsc.behave({ drop: true, enquireLinkMs: 300 });
    await until('another session is bound', () => sessionIds().some((id) => !first.includes(id)));
    await sendOneOfEach();
    await receiveOneOfEach();
    box.smsc.behave({ receiptTlvs: false });
    const { id } = await box.send({ to: '491708809999', text: 'its receipt is text alone' });
    await box.waitForFinal(id);
    // The SMSC asks to unbind, then our side does.
    const second = sessionIds();
    box.smsc.behave({ unbind: true });
    await until('another session is bound', () => sessionIds().some((id) => !second.includes(id)));
    for (const service of Object.values(box.cloud.services))
      for (const { pid } of service.tasks()) process.kill(pid, 'SIGTERM');
    await until('the bridge has left', () => sessionIds().length === 0, { everyMs: 5 });
    await capture.stop();

    expect(capture.read('_ws.malformed || _ws.expert.severity == error', ['frame.number', '_ws.col.info'])).toEqual([]);
    for (const [name, commandId] of Object.entries(commandIds).filter(([command]) => command !== 'generic_nack'))
      expect(capture.read(`smpp.command_id == ${commandId}`, ['frame.number']), name).not.toEqual([]);
    expect(capture.read(`smpp.command_id == ${commandIds.generic_nack}`, ['frame.number'])).toEqual([]);
    for (const command of ['unbind', 'unbind_resp'] as const)
      expect(capture.read(`smpp.command_id == ${commandIds[command]}`, ['frame.number']).length).toBeGreaterThan(1);
    const parts = box.smsc.received().length;
    const submitted = capture
      .read(`smpp.command_id == ${commandIds.submit_sm}`, ['smpp.command_id'])
      .flatMap((line) => line.split(',').filter((each) => Number(each) === commandIds.submit_sm));
    expect(submitted).toHaveLength(parts);
  },
);
