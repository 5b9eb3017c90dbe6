import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patientSettings, recordEvents } from '../../smpp-bridge/src/session/scripted-smsc.ts';
import { openSession } from '../../smpp-bridge/src/session/session.ts';
import { until } from '../support/until.ts';
import { bindToPeer } from './bind-to-peer.ts';
import { absence, peers } from './installed-peers.ts';
import { type PeerProgram, startPeerProgram } from './peer-program.ts';

const { missing, note } = absence(peers.netSmpp);

let smsc: PeerProgram;
let port: number;
beforeAll(async () => {
  if (missing) return;
  smsc = startPeerProgram('perl', [fileURLToPath(new URL('net-smpp-smsc.pl', import.meta.url))]);
  port = Number((await smsc.says(/"listening":(\d+)/))[1]);
});
afterAll(() => smsc?.stop());

/** What it read, by command. */
const read = (command: string): readonly Record<string, unknown>[] =>
  smsc.output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ cmd }) => cmd === command);

const readNext = async (command: string, act: () => Promise<unknown>): Promise<Record<string, unknown>> => {
  const before = read(command).length;
  await act();
  return until(`it reads a ${command}`, () => read(command)[before], { everyMs: 10 });
};

const asking = (text: string) => ({ destination_addr: '123', short_message: Buffer.from(text) });

describe.skipIf(missing)(`Net::SMPP as the SMSC${note}`, () => {
  test.each(['transceiver', 'transmitter', 'receiver'] as const)(
    'binds us as a %s, and unbinds us',
    async (bindType) => {
      const heard = await readNext(`bind_${bindType}`, async () => {
        const { events, leave } = await bindToPeer(port, { bindType });
        expect(events.log[0]).toMatchObject({ type: 'bound', systemId: 'net-smpp', scInterfaceVersion: 0x34 });
        await leave();
      });
      expect(heard).toMatchObject({
        system_id: patientSettings.systemId,
        password: patientSettings.password,
        system_type: patientSettings.systemType,
        interface_version: 0x34,
      });
    },
  );

  test('refuses our wrong password', async () => {
    const opened = await openSession({ ...patientSettings, password: 'wrong', port }, recordEvents());
    expect(opened).toEqual({ outcome: 'refused', commandStatus: 0x0e });
  });

  test('reads every parameter of our submit_sm as we meant it', async () => {
    const { session, leave } = await bindToPeer(port);
    const plain = {
      service_type: 'CMT',
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'SIGNALBOX',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '491701234567',
      esm_class: 0x40,
      protocol_id: 0x7f,
      priority_flag: 1,
      schedule_delivery_time: '260102030405006+',
      validity_period: '000001000000000R',
      replace_if_present_flag: 1,
      data_coding: 4,
      sm_default_msg_id: 3,
    };
    const heard = await readNext('submit_sm', () =>
      session.submit({
        ...plain,
        short_message: Buffer.from('02700000ff00', 'hex'),
        tlvs: { user_message_reference: 0x1234, source_port: 9200, sar_msg_ref_num: 0xfffe, sar_total_segments: 255 },
      }),
    );
    expect(heard).toMatchObject({
      ...plain,
      short_message: '02700000ff00',
      user_message_reference: '1234',
      source_port: '23f0',
      sar_msg_ref_num: 'fffe',
      sar_total_segments: 'ff',
    });
    await leave();
  });

  test('gives each submit_sm an id and a receipt of the same id, through a window of fifty', async () => {
    const { session, events, leave } = await bindToPeer(port, { windowSize: 50 });
    const answered = read('deliver_sm_resp').length;
    const results: ReturnType<typeof session.submit>[] = [];
    for (let n = 0; n < 500; n++) {
      await session.whenSlotFree();
      results.push(session.submit({ destination_addr: `${n}`, registered_delivery: 1 }));
    }
    const ids = (await Promise.all(results)).map((each) => (each.outcome === 'accepted' ? each.messageId : each));
    expect(new Set(ids).size).toBe(500);
    await until('every receipt came', () => events.delivered.length === 500, { everyMs: 10 });
    const receipts = events.delivered.map(({ body }) => [body.source_addr, body.tlvs.receipted_message_id]);
    expect(receipts).toEqual(ids.map((id, n) => [`${n}`, id]));
    expect(events.delivered[0]?.body).toMatchObject({
      esm_class: 4,
      tlvs: { message_state: 2, network_error_code: Buffer.from([3, 0, 0]) },
    });
    await until('every answer was read', () => read('deliver_sm_resp').length === answered + 500, { everyMs: 10 });
    expect(read('deliver_sm_resp').every(({ status }) => status === 0)).toBe(true);
    await leave();
  });

  test('gives us a message in a deliver_sm and one in a data_sm, and hears that we have them', async () => {
    const { session, events, leave } = await bindToPeer(port);
    expect(await readNext('deliver_sm_resp', () => session.submit(asking('mo')))).toMatchObject({ status: 0 });
    expect(await readNext('data_sm_resp', () => session.submit(asking('data')))).toMatchObject({ status: 0 });
    expect(events.delivered.map(({ command, body }) => ({ command, ...body }))).toMatchObject([
      {
        command: 'deliver_sm',
        data_coding: 8,
        short_message: Buffer.from('20ac', 'hex'),
        tlvs: { user_message_reference: 513 },
      },
      { command: 'data_sm', tlvs: { message_payload: Buffer.from('x'.repeat(3_000)) } },
    ]);
    await leave();
  });

  test('asks whether we live, and is asked', async () => {
    const { session, events, leave } = await bindToPeer(port, { enquireLinkIntervalMs: 20 });
    expect(await readNext('enquire_link_resp', () => session.submit(asking('ask')))).toMatchObject({ status: 0 });
    await readNext('enquire_link', () => events.seen('enquire-link-sent'));
    await leave();
  });

  test('unbinds us, and hears that we agree', async () => {
    const { session, events } = await bindToPeer(port);
    expect(await readNext('unbind_resp', () => session.submit(asking('unbind')))).toMatchObject({ status: 0 });
    expect(await events.end).toEqual({ reason: 'unbound-by-peer' });
  });
});
