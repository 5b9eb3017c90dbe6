import { createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeTestCertificate } from '../../../test/support/test-certificate.ts';
import { encodePdu } from '../pdu/encode.ts';
import {
  bindTo,
  type Peer,
  patientSettings,
  recordEvents,
  type ScriptedSmsc,
  startScriptedSmsc,
} from './scripted-smsc.ts';
import { openSession } from './session.ts';
import { type Supervisor, superviseBind } from './supervisor.ts';

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };
const deliver = (sequenceNumber: number) =>
  encodePdu({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body: text });
const header = (commandLength: number): Buffer => {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(commandLength, 0);
  octets.writeUInt32BE(0x15, 4);
  return octets;
};

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
let supervisor: Supervisor | undefined;
afterEach(async () => {
  await smsc.close();
  await supervisor?.stop();
  supervisor = undefined;
});

describe('a command_length that no PDU has', () => {
  test.each([0, 4, 8, 0x7fffffff])('(%d) instead of the answer to a bind fails it at once', async (commandLength) => {
    const opening = openSession({ ...patientSettings, port: smsc.port }, recordEvents());
    const peer = await smsc.connection();
    await peer.next('bind_transceiver');
    peer.socket.write(header(commandLength));
    expect(await opening).toMatchObject({ outcome: 'failed' });
    expect(await peer.next('generic_nack')).toMatchObject({ commandStatus: 0x02, sequenceNumber: 0 });
    await peer.ended;
  });

  test('behind good PDUs takes nothing from them, and nothing behind it is read', async () => {
    const { peer, events } = await bindTo(smsc);
    peer.socket.write(Buffer.concat([deliver(1), deliver(2), header(8), deliver(3)]));
    expect(await events.end).toMatchObject({ reason: 'protocol-error' });
    expect(events.delivered.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 2]);
  });

  test('while the session drains ends it as well', async () => {
    const { session, peer, events } = await bindTo(smsc);
    const result = session.submit(text);
    await peer.next('submit_sm');
    const left = session.unbind();
    peer.socket.write(header(2));
    await left;
    expect(await events.end).toMatchObject({ reason: 'protocol-error' });
    expect(await result).toEqual({ outcome: 'unknown', reason: 'session-lost' });
  });

  test('is not waited out: two octets of a length that never ends are dropped at their time', async () => {
    const { peer, events } = await bindTo(smsc, { readTimeoutMs: 30 });
    peer.socket.write(Buffer.from([0, 0]));
    expect(await events.end).toEqual({ reason: 'read-timeout' });
  });
});

const prompt = { baseMs: 1, ceilingMs: 1, bindFailedBaseMs: 1, alreadyBoundMs: 1, circuitOpenMs: 1 };

describe('the connection after a bad one', () => {
  const supervise = (settings: Partial<typeof patientSettings> = {}): number[] => {
    const delivered: number[] = [];
    supervisor = superviseBind(
      { ...patientSettings, ...settings, port: smsc.port },
      {
        deliver: ({ sequenceNumber }) => {
          delivered.push(sequenceNumber);
          return Promise.resolve(0);
        },
        lateResponse: () => undefined,
        bound: () => undefined,
        lost: () => undefined,
      },
      { backoff: prompt, random: () => 0.5 },
    );
    return delivered;
  };

  const answerBind = async (): Promise<Peer> => {
    const peer = await smsc.connection();
    peer.answer(await peer.next('bind_transceiver'), 'bind_transceiver_resp', 0, {});
    return peer;
  };

  test('begins with a whole PDU: what was cut off before is forgotten', async () => {
    const delivered = supervise();
    const first = await answerBind();
    first.socket.end(deliver(1).subarray(0, 30));
    const second = await answerBind();
    second.socket.write(deliver(2));
    expect(await second.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0, sequenceNumber: 2 });
    expect(delivered).toEqual([2]);
  });

  test('speaks TLS again, and verifies again', async () => {
    await smsc.close();
    const certificate = makeTestCertificate('localhost');
    smsc = await startScriptedSmsc(createServer(certificate), 'secureConnection');
    supervise({ host: 'localhost', tls: true, tlsCa: certificate.cert });
    for (let n = 0; n < 3; n++) {
      const { socket } = await answerBind();
      expect((socket as TLSSocket & { readonly servername: string }).servername).toBe('localhost');
      socket.destroy();
    }
  });
});
