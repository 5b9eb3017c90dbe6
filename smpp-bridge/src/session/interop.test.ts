import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import smpp, { type Session as PackageSession, type Pdu, type Server } from 'smpp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patientSettings, type Recorder, recordEvents } from './scripted-smsc.ts';
import { openSession } from './session.ts';
import type { Session, SessionSettings } from './session-types.ts';

/** The `smpp` package at the other end, so that our codec does not only talk to itself. */

let server: Server;
let accepted: Promise<PackageSession>;
const peers: PackageSession[] = [];

beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<PackageSession>();
  accepted = promise;
  server = smpp.createServer((peer) => {
    peers.push(peer);
    peer.on('error', () => undefined);
    for (const bind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver'])
      peer.on(bind, (pdu: Pdu) => {
        const wrong = pdu.password === 'secret' ? {} : { command_status: 0x0e };
        peer.send(pdu.response({ system_id: 'package', ...wrong }));
      });
    peer.on('unbind', (pdu: Pdu) => peer.send(pdu.response()));
    peer.on('enquire_link', (pdu: Pdu) => peer.send(pdu.response()));
    resolve(peer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.destroy();
  server.close();
});

const open = (events: Recorder, settings: Partial<SessionSettings> = {}) =>
  openSession({ ...patientSettings, ...settings, port: (server.address() as AddressInfo).port }, events);

const bind = async (events = recordEvents(), settings: Partial<SessionSettings> = {}) => {
  const opened = await open(events, settings);
  if (opened.outcome !== 'bound') throw new Error(opened.outcome);
  return { session: opened.session, peer: await accepted, events };
};

const unbind = async (session: Session, events: Recorder) => {
  await session.unbind();
  expect(await events.end).toEqual({ reason: 'unbound' });
};

test.each(['transceiver', 'transmitter', 'receiver'] as const)(
  'it binds us as a %s, and unbinds us',
  async (bindType) => {
    const { session, events } = await bind(recordEvents(), { bindType });
    expect(events.log[0]).toMatchObject({ type: 'bound', systemId: 'package' });
    await unbind(session, events);
  },
);

test('it refuses our wrong password', async () => {
  expect(await open(recordEvents(), { password: 'wrong' })).toEqual({ outcome: 'refused', commandStatus: 0x0e });
});

test('it reads every parameter of our submit_sm as we meant it', async () => {
  const { session, peer, events } = await bind();
  const heard = new Promise<Pdu>((resolve) => {
    peer.on('submit_sm', (pdu: Pdu) => {
      resolve(pdu);
      peer.send(pdu.response({ message_id: '0a1b' }));
    });
  });
  const fields = {
    service_type: 'CMT',
    source_addr_ton: 5,
    source_addr: 'SIGNALBOX',
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: '491701234567',
    esm_class: 0x40,
    protocol_id: 0x7f,
    priority_flag: 1,
    registered_delivery: 1,
    data_coding: 4,
    short_message: Buffer.from('02700000ff00', 'hex'),
    tlvs: { user_message_reference: 0x1234, source_port: 9200 },
  };
  expect(await session.submit(fields)).toEqual({ outcome: 'accepted', messageId: '0a1b' });
  const { short_message: text, tlvs, ...plain } = fields;
  const { short_message: heardText, ...pdu } = await heard;
  expect(pdu).toMatchObject({ ...plain, ...tlvs });
  // The package takes the user data header off.
  expect(heardText).toMatchObject({ udh: [text.subarray(1, 3)], message: text.subarray(3) });
  await unbind(session, events);
});

test('it answers a thousand submit_sm through a window of fifty, each by its own id', async () => {
  const { session, peer, events } = await bind(recordEvents(), { windowSize: 50 });
  peer.on('submit_sm', (pdu: Pdu) => peer.send(pdu.response({ message_id: `id-${String(pdu.destination_addr)}` })));
  const results: Promise<unknown>[] = [];
  for (let n = 0; n < 1_000; n++) {
    if (session.freeSlots === 0) await session.whenSlotFree();
    results.push(session.submit({ destination_addr: `${n}` }));
  }
  const expected = results.map((_, n) => ({ outcome: 'accepted', messageId: `id-${n}` }));
  expect(await Promise.all(results)).toEqual(expected);
  await unbind(session, events);
});

test('it gives us a receipt, and hears that we have it', async () => {
  const { session, peer, events } = await bind();
  const answer = await new Promise<Pdu>((resolve) => {
    const receipt = {
      source_addr: '491701234567',
      destination_addr: 'SIGNALBOX',
      esm_class: 4,
      short_message: { message: Buffer.from('id:0a1b stat:DELIVRD err:000') },
      receipted_message_id: '0a1b',
      message_state: 2,
      network_error_code: Buffer.from([3, 0, 0]),
    };
    peer.deliver_sm(receipt, resolve);
  });
  expect(answer).toMatchObject({ command: 'deliver_sm_resp', command_status: 0 });
  expect(events.delivered).toHaveLength(1);
  expect(events.delivered[0]?.body).toMatchObject({
    esm_class: 4,
    short_message: Buffer.from('id:0a1b stat:DELIVRD err:000'),
    tlvs: { receipted_message_id: '0a1b', message_state: 2, network_error_code: Buffer.from([3, 0, 0]) },
  });
  await unbind(session, events);
});

test('each asks the other whether it lives', async () => {
  const { session, peer, events } = await bind(recordEvents(), { enquireLinkIntervalMs: 20 });
  await Promise.all([once(peer, 'enquire_link'), events.seen('enquire-link-sent')]);
  const answer = await new Promise<Pdu>((resolve) => peer.enquire_link({}, resolve));
  expect(answer.command).toBe('enquire_link_resp');
  await unbind(session, events);
});

test('it unbinds, and hears that we agree', async () => {
  const { session, peer, events } = await bind();
  const answer = await new Promise<Pdu>((resolve) => peer.unbind({}, resolve));
  expect(answer.command).toBe('unbind_resp');
  expect(await events.end).toEqual({ reason: 'unbound-by-peer' });
  expect(session.state).toBe('CLOSED');
});
