import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { makeTestCertificate } from '../../../test/support/test-certificate.ts';
import { bindTo, patientSettings, recordEvents, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';
import { openSession } from './session.ts';
import type { SessionSettings } from './session-types.ts';

const localhost = makeTestCertificate('localhost');
const elsewhere = makeTestCertificate('elsewhere.example');

let smsc: ScriptedSmsc;
afterEach(() => smsc.close());

const listen = async (options: TlsOptions) => {
  const server = createServer(options);
  server.on('tlsClientError', () => undefined);
  smsc = await startScriptedSmsc(server, 'secureConnection');
};

const open = (settings: Partial<SessionSettings>) =>
  openSession({ ...patientSettings, host: 'localhost', tls: true, port: smsc.port, ...settings }, recordEvents());

test('a certificate of the host by a known authority is taken, and the host is named in the handshake', async () => {
  await listen(localhost);
  const { session, peer } = await bindTo(smsc, { host: 'localhost', tls: true, tlsCa: localhost.cert });
  const socket = peer.socket as TLSSocket & { readonly servername: string };
  expect(socket.servername).toBe('localhost');
  expect(['TLSv1.2', 'TLSv1.3']).toContain(socket.getProtocol());
  const result = session.submit({ destination_addr: '1' });
  peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
  expect(await result).toMatchObject({ outcome: 'accepted' });
});

test('a certificate by an unknown authority is not', async () => {
  await listen(localhost);
  expect(await open({})).toMatchObject({ outcome: 'failed', error: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
});

test('a certificate of another host is not', async () => {
  await listen(elsewhere);
  const opened = await open({ tlsCa: elsewhere.cert });
  expect(opened).toMatchObject({ outcome: 'failed', error: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
});

test('TLS 1.1 is not spoken', async () => {
  await listen({ ...localhost, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  expect(await open({ tlsCa: localhost.cert })).toMatchObject({ outcome: 'failed' });
});

test('no password goes to a peer that speaks no TLS', async () => {
  smsc = await startScriptedSmsc();
  const opening = open({ tlsCa: localhost.cert });
  const peer = await smsc.connection();
  peer.socket.removeAllListeners('data');
  const heard: Buffer[] = [];
  peer.socket.on('data', (chunk) => heard.push(chunk));
  peer.socket.once('data', () => peer.socket.end('SMPP only\n'));
  expect(await opening).toMatchObject({ outcome: 'failed' });
  expect(Buffer.concat(heard).includes(patientSettings.password)).toBe(false);
});
