import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { parseCommand } from '../../cli/parse-command.ts';
import { createClient, type SignalboxClient } from '../../clients/typescript/src/create-client.ts';
import { verifySignature } from '../../clients/typescript/src/verify-signature.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

let box: RunningSignalbox;
let client: SignalboxClient;
beforeAll(async () => {
  box = await startRunningSignalbox();
  client = createClient({ url: box.cloud.apiUrl, apiKey: box.client.apiKey });
});
afterAll(() => box?.stop());

describe('the client library', () => {
  test('sends a message, follows it, and verifies what it is called back with', async () => {
    const accepted = await client.submitMessage({ body: { to: '+491700000301', text: 'typed' } });
    if ('dry_run' in accepted) throw new Error('It was no dry run.');
    await box.waitForFinal(accepted.id);
    expect(await client.getMessage({ path: { id: accepted.id } })).toMatchObject({ status: 'DELIVERED' });
    const callback = await until('the callback', () => box.callbacksFor(accepted.id)[0]);
    const header = callback.headers['signalbox-signature'];
    const signed = { header: String(header), body: callback.body ?? '', secrets: [box.client.callbackSecret] };
    expect(verifySignature(signed)).toBe(true);
    expect(verifySignature({ ...signed, secrets: ['guess'] })).toBe(false);
  });

  test('a call repeated under its key is the same message', async () => {
    const send = () =>
      client.submitMessage({ body: { to: '+491700000302', text: 'once' } }, { idempotencyKey: 'library-once' });
    expect(await send()).toEqual(await send());
  });

  test('a refusal has its code, title and fields', async () => {
    await expect(client.submitMessage({ body: { to: 'nobody', text: '' } })).rejects.toMatchObject({
      problem: { code: 'request.invalid', status: 422, errors: [{ path: 'to' }, { path: 'text' }] },
    });
  });
});

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Not synchronously: the API that is asked runs in this process. */
const runProcess = (args: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    // Nothing of the one who runs the tests.
    const options = { cwd: repository, encoding: 'utf8' as const, env: { PATH: process.env.PATH } };
    const child = execFile(process.execPath, ['cli/main.ts', ...args], options, (_error, stdout, stderr) =>
      resolve({ stdout, stderr, status: child.exitCode ?? -1 }),
    );
  });

describe('the command line', () => {
  const signalbox = (line: string, key: string) =>
    runProcess([...line.split(' '), '--url', box.cloud.apiUrl, '--key', key]);
  const json = async <Answer>(line: string, key: string): Promise<Answer> => {
    const { stdout, stderr, status } = await signalbox(`${line} --json`, key);
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as Answer;
  };

  test('makes a client, its key and its credit, and sends under them', async () => {
    const admin = box.client.adminApiKey;
    const { id } = await json<{ id: string }>('clients create --name Typed --credit 100', admin);
    const { api_key: key } = await json<{ api_key: string }>(`keys create ${id} --name first`, admin);
    expect(await json(`credits add ${id} 50 --reason invoice-7`, admin)).toMatchObject({ available_cents: 150 });
    const message = await json<{ id: string }>('messages send +491700000303 typed', key);
    await until('it is delivered', async () => (await box.message(message.id, key)).final_at);
    expect((await signalbox(`trace ${message.id}`, key)).stdout).toMatch(/ledger/);
    expect((await signalbox('clients list --name Typed', admin)).stdout).toContain(id);
    expect((await signalbox('dead-letters', admin)).stdout).toMatch(/deliveries-normal +0/);
  });

  test('makes a provider, says what it charges, routes to it, and shows its state', async () => {
    const admin = box.client.adminApiKey;
    const made = 'providers create typed --host smsc.example.com --port 2775 --system-id box --rate 20';
    expect(await json(`${made} --settings {"window":5,"enabled":true}`, admin)).toMatchObject({
      name: 'typed',
      window: 5,
      parts_per_second: 20,
      password_set_at: null,
    });
    await json('providers price typed any 60000', admin);
    expect((await signalbox('providers prices typed', admin)).stdout).toContain('60000');
    const { id } = await json<{ id: string }>('routes create typed,primary --prefix 992 --kind binary', admin);
    expect((await signalbox('routes list --provider typed', admin)).stdout).toContain(id);
    expect((await signalbox('providers remove typed', admin)).stderr).toContain('provider.in_use');
    await signalbox(`routes remove ${id}`, admin);
    await json('providers change typed --enabled no', admin);
    expect(await json('providers state typed', admin)).toMatchObject({ status: 'disabled' });
    expect((await signalbox('providers remove typed', admin)).status).toBe(0);
    expect(await json('stats', box.client.apiKey)).toMatchObject({ total: { submitted: expect.any(Number) } });
  });

  test('sets up a CA system from nothing, with cards from a file, and bars one', async () => {
    const operator = createClient({ url: box.cloud.apiUrl, apiKey: box.client.adminApiKey });
    // In this process: a dozen of their own would take as many seconds.
    const run = (line: string): Promise<unknown> => {
      const { command, given } = parseCommand(commands, line.split(' '));
      return command.run(operator, given);
    };
    const { id } = (await run('clients create --name HeadEnd')) as { id: string };
    const directory = mkdtempSync(join(tmpdir(), 'signalbox-cas-'));
    const key = '11'.repeat(32);
    const [groups, cards] = ['groups.csv', 'cards.csv'].map((name) => join(directory, name));
    writeFileSync(groups ?? '', `number,key\n4711,${key}\n`);
    writeFileSync(cards ?? '', `card,key,group,owner\n1234567897,${key},,\n1234567890,${key},,\n79927398713,,4711,\n`);
    await run(`cas system set ${id} 0x4a03 --settings {"emm_hours":24}`);
    await run(`cas package set ${id} SPORT 17 --name Sport`);
    await run(`cas keyword set ${id} GO activate --language en`);
    await run(`cas number set ${id} 70077 --words TV,KINO`);
    await run(`cas groups import ${id} ${groups}`);
    expect(await run(`cas cards import ${id} ${cards}`)).toMatchObject({
      lines: 3,
      imported: 2,
      rejected: [{ line: 3, message: expect.stringContaining('check digit') }],
    });
    rmSync(directory, { recursive: true });
    expect(await run(`cas cards bar ${id} 1234567897`)).toMatchObject({ barred_at: expect.any(String) });
    expect(await run(`cas cards list ${id} --barred true`)).toMatchObject({ cards: [{ card: '1234567897' }] });
    await run(`cas senders bar ${id} 491700000009`);
    await run(`carousels set ${id} main log --bandwidth 200`);
    expect(await run(`carousels list ${id}`)).toMatchObject({ carousels: [{ name: 'main', bandwidth_kbit_s: 200 }] });
    expect(await run(`cas system show ${id}`)).toMatchObject({
      ca_system_id: 0x4a03,
      emm_hours: 24,
      packages: { SPORT: { product: 17 } },
      keywords: { GO: { command: 'activate' } },
      numbers: { 70077: ['KINO', 'TV'] },
    });
  });

  test('a refusal says its code, and what to do', async () => {
    const { stderr, status } = await signalbox('messages send nobody typed', box.client.apiKey);
    expect(status).toBe(1);
    expect(stderr).toMatch(/request\.invalid.*\n {2}to is not an E\.164 number/);
    expect((await signalbox('clients list', box.client.apiKey)).stderr).toContain('auth.forbidden');
  });

  test('what was typed wrong is said without asking anybody', async () => {
    const { stderr, status } = await signalbox('clients create', 'k');
    expect(status).toBe(2);
    expect(stderr).toContain('needs --name <name>');
  });
});
