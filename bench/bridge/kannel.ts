import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Smsc } from '../../local/smsc/start-smsc.ts';
import { freePort, startPeerProgram } from '../../test/peers/peer-program.ts';
import { until } from '../../test/support/until.ts';
import { cpuSecondsOf } from '../process-usage.ts';
import { account } from './bench-world.ts';
import type { Rate } from './rate.ts';

const bearerbox = '/usr/sbin/bearerbox';
const smsbox = '/usr/sbin/smsbox';
const connections = 32;
const warmUp = 1_000;

/** Kannel keeps nothing on disk here, and asks for no receipts. */
const settingsFor = (smsc: Smsc, ports: { admin: number; smsbox: number; sendsms: number }): string => `
group = core
admin-port = ${ports.admin}
admin-password = bench
smsbox-port = ${ports.smsbox}
box-allow-ip = "127.0.0.1"
log-level = 4

group = smsc
smsc = smpp
host = ${smsc.host}
port = ${smsc.port}
smsc-username = ${smsc.systemId}
smsc-password = ${smsc.password}
system-type = ""
transceiver-mode = true
instances = ${account.binds}
max-pending-submits = ${account.window}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${ports.sendsms}
log-level = 4

group = sendsms-user
username = bench
password = bench
`;

const sender = (port: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const send = (n: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const query = new URLSearchParams({
        username: 'bench',
        password: 'bench',
        from: 'Signalbox',
        to: `+4917${String(n).padStart(8, '0')}9`,
        text: `Message ${n} of the bridge's benchmark`,
      });
      const options = { agent, host: '127.0.0.1', port, path: `/cgi-bin/sendsms?${query.toString()}` };
      const outgoing = request(options, (answer) => {
        answer.resume();
        answer.once('end', () =>
          answer.statusCode === 202 ? resolve() : reject(new Error(`sendsms was answered ${answer.statusCode}`)),
        );
      });
      outgoing.once('error', reject).end();
    });
  return { send, close: () => agent.destroy() };
};

const sendAll = async (send: (n: number) => Promise<void>, count: number): Promise<void> => {
  let next = 0;
  const hand = async () => {
    for (let n = next++; n < count; n = next++) await send(n);
  };
  await Promise.all(Array.from({ length: connections }, hand));
};

const measure = async (smsc: Smsc, pid: number, send: (n: number) => Promise<void>, count: number): Promise<Rate> => {
  smsc.clear();
  const cpuBefore = cpuSecondsOf(pid);
  const startedAt = performance.now();
  await sendAll(send, count);
  await until('the SMSC has all of it', () => smsc.received().length >= count, { everyMs: 10 });
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: count / seconds, perCpuSecond: count / (cpuSecondsOf(pid) - cpuBefore) };
};

/**
 * Kannel's bearerbox on the same simulator, fed by its smsbox over HTTP; null where it is not installed. It keeps messages
 * in memory, claims nothing and tells nobody what became of them.
 */
export const measureKannel = async (smsc: Smsc, count: number): Promise<Rate | null> => {
  if (!existsSync(bearerbox) || !existsSync(smsbox)) return null;
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-kannel-'));
  const settings = join(directory, 'kannel.conf');
  const ports = { admin: await freePort(), smsbox: await freePort(), sendsms: await freePort() };
  writeFileSync(settings, settingsFor(smsc, ports));
  const box = startPeerProgram(bearerbox, ['-v', '4', settings]);
  const { send, close } = sender(ports.sendsms);
  let front: ReturnType<typeof startPeerProgram> | undefined;
  try {
    await until('bearerbox is bound', () => smsc.sessions().length === account.binds);
    front = startPeerProgram(smsbox, ['-v', '4', settings]);
    await until('smsbox answers', () =>
      send(0).then(
        () => true,
        () => false,
      ),
    );
    await measure(smsc, box.pid, send, warmUp);
    return await measure(smsc, box.pid, send, count);
  } finally {
    close();
    await front?.stop();
    await box.stop();
    rmSync(directory, { recursive: true, force: true });
  }
};
