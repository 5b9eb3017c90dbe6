import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { bindToPeer } from './bind-to-peer.ts';
import { absence, driveSmpp, peers } from './installed-peers.ts';
import { freePort, type PeerProgram, startPeerProgram } from './peer-program.ts';

const { missing, note } = absence(peers.kannel);
const messages = 300;

let directory: string;
/** Where drive_smpp expects Kannel's bearerbox, to which it would be an smsbox too; it is content with silence. */
let bearerbox: Server;
let smsc: PeerProgram;
let port: number;
beforeEach(async () => {
  if (missing) return;
  bearerbox = createServer().listen(0, '127.0.0.1');
  await once(bearerbox, 'listening');
  directory = mkdtempSync(join(tmpdir(), 'signalbox-kannel-'));
  const settings = join(directory, 'drive_smpp.conf');
  writeFileSync(
    settings,
    `group = core\nadmin-port = 1\nsmsbox-port = ${(bearerbox.address() as AddressInfo).port}\n\ngroup = smsbox\nbearerbox-host = 127.0.0.1\n`,
  );
  port = await freePort();
  smsc = startPeerProgram(driveSmpp, ['-v', '0', '-p', `${port}`, '-m', `${messages}`, '-c', settings]);
  await smsc.says(/Starting drive_smpp test/);
});
afterEach(async () => {
  if (missing) return;
  await smsc.stop();
  bearerbox.close();
  rmSync(directory, { recursive: true, force: true });
});

/** How often it says that it took a PDU of this type. */
const handled = (type: string): number => smsc.output.split(`Handling SMPP PDU of type ${type}\n`).length - 1;

describe.skipIf(missing)(`Kannel's drive_smpp as the SMSC${note}`, () => {
  test('takes a thousand submit_sm on a transmitter, through a window of fifty', async () => {
    const { session, leave } = await bindToPeer(port, { bindType: 'transmitter', windowSize: 50 });
    const results: ReturnType<typeof session.submit>[] = [];
    for (let n = 0; n < 1_000; n++) {
      await session.whenSlotFree();
      results.push(session.submit({ destination_addr: `${n}`, short_message: Buffer.from(`number ${n}`) }));
    }
    for (const result of await Promise.all(results)) expect(result).toMatchObject({ outcome: 'accepted' });
    await leave();
    await until('it says that it took all', () => smsc.output.includes('short_message = <number 999>'));
    expect(handled('submit_sm')).toBe(1_000);
    expect(smsc.output).not.toMatch(/ERROR|PANIC/);
  });

  test('delivers to a receiver, asking after each message whether it lives', async () => {
    const { events, leave } = await bindToPeer(port, { bindType: 'receiver' });
    await until('all is delivered', () => events.delivered.length === messages);
    await until('all is answered', () => handled('deliver_sm_resp') === messages);
    await until('every question is answered', () => handled('enquire_link_resp') === messages);
    expect(events.delivered.map(({ body }) => 'short_message' in body && body.short_message.toString())).toEqual(
      Array.from({ length: messages }, (_, n) => `${n + 1}`),
    );
    await leave();
    expect(smsc.output).not.toMatch(/ERROR|PANIC/);
  });
});
