import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseReceipt } from '#shared/domain/receipts/parse-receipt.ts';
import { identify, rankMatch } from '#shared/domain/receipts/smsc-message-id.ts';
import type { DataSm, DeliverSm } from '../../smpp-bridge/src/pdu/pdu.ts';
import { patientSettings, recordEvents } from '../../smpp-bridge/src/session/scripted-smsc.ts';
import { openSession } from '../../smpp-bridge/src/session/session.ts';
import { until } from '../support/until.ts';
import { bindToPeer } from './bind-to-peer.ts';
import { absence, jsmppJars, peers } from './installed-peers.ts';
import { freePort, type PeerProgram, startPeerProgram } from './peer-program.ts';

const { missing, note } = absence(peers.jsmpp);
const account = { systemId: 'signalbox', password: 'secret' };

let smsc: PeerProgram;
let port: number;
beforeAll(async () => {
  if (missing) return;
  port = await freePort();
  const properties = {
    'jsmpp.simulator.port': port,
    'jsmpp.client.systemId': account.systemId,
    'jsmpp.client.password': account.password,
  };
  const defined = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
  smsc = startPeerProgram('java', [...defined, '-cp', `${jsmppJars}/*`, 'org.jsmpp.examples.SMPPServerSimulator']);
  await smsc.says(/Listening on port/);
});
afterAll(() => smsc?.stop());

/** The simulator greets whoever binds with a message; the rest are receipts. */
const receiptsOf = (delivered: readonly (DeliverSm | DataSm)[]) =>
  delivered.flatMap(({ body }) => {
    const shortMessage = 'short_message' in body ? body.short_message : Buffer.alloc(0);
    const receipt = parseReceipt({ esmClass: body.esm_class, shortMessage, dataCoding: body.data_coding });
    return receipt.kind === 'receipt' ? [{ ...receipt, recipient: body.source_addr }] : [];
  });

describe.skipIf(missing)(`jSMPP's simulator as the SMSC${note}`, () => {
  test('binds us as a transceiver, greets us, and unbinds us', async () => {
    const { events, leave } = await bindToPeer(port, account);
    await until('it greets us', () => events.delivered.length === 1, { everyMs: 10 });
    expect(events.delivered[0]?.body).toMatchObject({ source_addr: '555', short_message: Buffer.from('Hello World') });
    await leave();
  });

  test('refuses our wrong password', async () => {
    const opened = await openSession({ ...patientSettings, ...account, password: 'wrong', port }, recordEvents());
    expect(opened).toMatchObject({ outcome: 'refused', commandStatus: 0x0e });
  });

  test('gives each submit_sm an id in hexadecimal and a receipt in decimal, and they are one id to us', async () => {
    const { session, events, leave } = await bindToPeer(port, { ...account, windowSize: 20 });
    const recipients = Array.from({ length: 20 }, (_, n) => `4917012345${n}`);
    const results = recipients.map(async (recipient) => {
      const fields = { destination_addr: recipient, registered_delivery: 1, short_message: Buffer.from('hello') };
      return { recipient, result: await session.submit(fields) };
    });
    const submitted = await Promise.all(results);
    await until('every receipt came', () => receiptsOf(events.delivered).length === submitted.length);
    const receipts = receiptsOf(events.delivered);
    for (const { recipient, result } of submitted) {
      if (result.outcome !== 'accepted') throw new Error(JSON.stringify(result));
      const id = identify(result.messageId);
      const matching = receipts.filter(({ messageId }) => rankMatch(id, identify(messageId)) > 0);
      expect(matching).toMatchObject([{ recipient, state: 'DELIVERED', final: true }]);
    }
    await leave();
  });

  test('is asked whether it lives, and answers', async () => {
    const { session, events, leave } = await bindToPeer(port, { ...account, enquireLinkIntervalMs: 20 });
    await until('it was asked thrice', () => events.log.filter(({ type }) => type === 'enquire-link-sent').length > 2);
    expect(session.state).toBe('BOUND_TRX');
    await leave();
  });
});
