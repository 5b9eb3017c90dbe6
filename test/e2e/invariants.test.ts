import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let signalbox: RunningSignalbox;
beforeAll(async () => {
  signalbox = await startRunningSignalbox();
});
afterAll(() => signalbox?.stop());

const program = fileURLToPath(new URL('../../local/invariants/main.ts', import.meta.url));

const check = (...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, '--endpoints', signalbox.endpointsFile, ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr }),
    );
  });

/** Delivered, refused, undeliverable, throttled first, receipted before the response, and with its id rewritten. */
const endings = ['0009', '0001', '0002', '0003', '0004', '0006'];

test('a Signalbox at work breaks no rule; a planted cent, a lost callback and a forged submit are found', async () => {
  const accepted = await Promise.all(
    endings.flatMap((ending, i) => [
      signalbox.send({ to: `+4917000${i}${ending}`, text: 'one part' }),
      signalbox.send({ to: `+4917000${i}${ending}`, text: 'three parts € '.repeat(25) }),
    ]),
  );
  const underWay = await check();
  expect(underWay.text).toContain('rules hold.');
  expect(underWay.code).toBe(0);
  for (const { id } of accepted) await signalbox.waitForFinal(id, { withinMs: 90_000 });
  await until('every callback is finished', async () => {
    const [row] = await signalbox.query<{ open: number }>(
      `SELECT count(*)::integer AS open FROM callbacks WHERE state = 'PENDING'`,
    );
    return row?.open === 0;
  });
  const sound = await check('--grace-seconds', '0');
  expect(sound.text).not.toContain('BROKEN');
  expect(sound.code).toBe(0);

  const [delivered] = accepted;
  await signalbox.query('UPDATE clients SET credit_cents = credit_cents + 1');
  await signalbox.query(`UPDATE part_submissions SET smsc_message_id = 'forged' WHERE message_id = $1`, [
    delivered?.id,
  ]);
  signalbox.callbacks.clear();
  const broken = await check();
  expect(broken.code).toBe(1);
  expect(broken.text).toMatch(/BROKEN +money\/balanced/);
  expect(broken.text).toContain('1 cents too much');
  expect(broken.text).toMatch(/BROKEN +smsc\/seen/);
  expect(broken.text).toContain(`message ${delivered?.id}: part 1 was sent as forged, and the SMSC has no forged`);
  expect(broken.text).toMatch(/BROKEN +callback\/heard/);
  expect(broken.text).not.toContain('one part');
}, 180_000);
