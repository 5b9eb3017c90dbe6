import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type FargateService, type ServiceDefinition, startFargateService } from './fargate.ts';

const program = `
import { createServer } from 'node:http';
process.on('SIGTERM', () => process.env.STUBBORN ? console.log('ignored') : (console.log('drained'), process.exit(0)));
createServer((request, response) => response.end(JSON.stringify({ pid: process.pid, home: process.env.HOME ?? null, colour: process.env.COLOUR })))
  .listen(Number(process.env.METRICS_PORT), '127.0.0.1', () => console.log('ready'));
`;

const directory = mkdtempSync(join(tmpdir(), 'signalbox-fargate-'));
writeFileSync(join(directory, 'main.mjs'), program);
const services: FargateService[] = [];
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
});

const start = async (name: string, more: Partial<ServiceDefinition> = {}): Promise<FargateService> => {
  const definition: ServiceDefinition = {
    name,
    desiredCount: 1,
    directory,
    command: ['node', 'main.mjs'],
    environment: { METRICS_PORT: '9464', COLOUR: 'blue' },
    containerPorts: [9464],
    stopTimeoutSeconds: 10,
    ...more,
  };
  const service = await startFargateService(definition, join(directory, 'logs'), () => undefined);
  services.push(service);
  return service;
};

const logOf = (name: string): string => readFileSync(join(directory, 'logs', `${name}.log`), 'utf8');
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const answer = async (
  port: number | undefined,
): Promise<{ pid: number; home: string | null; colour: string } | undefined> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    (response) => response.json() as Promise<{ pid: number; home: string | null; colour: string }>,
    () => undefined,
  );

test('each task has its own port for a container port, and its own environment', async () => {
  const service = await start('two', { desiredCount: 2 });
  const tasks = service.tasks();
  expect(tasks).toHaveLength(2);
  for (const { pid, ports } of tasks)
    await expect.poll(() => answer(ports[9464]), { timeout: 10_000 }).toEqual({ pid, home: null, colour: 'blue' });
});

test('a killed task is replaced by another', async () => {
  const service = await start('replaced');
  const [first] = service.tasks();
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await expect.poll(() => service.tasks()[0]?.pid ?? first?.pid, { timeout: 10_000 }).not.toBe(first?.pid);
  const [second] = service.tasks();
  await expect.poll(() => answer(second?.ports[9464]), { timeout: 10_000 }).toMatchObject({ pid: second?.pid });
  expect(logOf('replaced')).toMatch(/stopped: SIGKILL/);
});

test('a service that is scaled starts what is missing and stops the youngest, for good', async () => {
  const service = await start('scaled');
  const [first] = service.tasks();
  await service.scaleTo(3);
  expect(service.tasks()).toHaveLength(3);
  await expect.poll(() => logOf('scaled').match(/ready/g), { timeout: 10_000 }).toHaveLength(3);
  const others = service.tasks().slice(1);
  await service.scaleTo(1);
  expect(service.tasks()).toEqual([first]);
  expect(others.map(({ pid }) => alive(pid))).toEqual([false, false]);
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await expect.poll(() => service.tasks().some(({ pid }) => pid !== first?.pid), { timeout: 10_000 }).toBe(true);
  expect(service.tasks()).toHaveLength(1);
  expect(logOf('scaled').match(/ started/g)).toHaveLength(4);
});

test('a task is asked to stop and may drain', async () => {
  const service = await start('draining');
  await expect.poll(() => logOf('draining'), { timeout: 10_000 }).toMatch(/ready/);
  await service.stop();
  expect(logOf('draining')).toMatch(/drained/);
  expect(service.tasks()).toEqual([]);
});

test('a task that does not stop in time is killed', async () => {
  const service = await start('stubborn', {
    environment: { METRICS_PORT: '9464', STUBBORN: '1' },
    stopTimeoutSeconds: 1,
  });
  await expect.poll(() => logOf('stubborn'), { timeout: 10_000 }).toMatch(/ready/);
  const [task] = service.tasks();
  await service.stop();
  expect(alive(task?.pid ?? 0)).toBe(false);
  expect(logOf('stubborn')).toMatch(/ignored/);
});

test('when the dev cloud is killed, its tasks go with it', async () => {
  const definition: ServiceDefinition = {
    name: 'orphan',
    desiredCount: 1,
    directory,
    command: ['node', 'main.mjs'],
    environment: { METRICS_PORT: '9464' },
    containerPorts: [9464],
    stopTimeoutSeconds: 10,
  };
  const script = `
    import { startFargateService } from ${JSON.stringify(new URL('./fargate.ts', import.meta.url).href)};
    const service = await startFargateService(${JSON.stringify(definition)}, ${JSON.stringify(join(directory, 'logs'))}, () => {});
    console.log(service.tasks()[0].pid);`;
  const cloud = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(cloud.stdout, 'data')) as [Buffer];
  const pid = Number(chunk.toString());
  await expect.poll(() => logOf('orphan'), { timeout: 10_000 }).toMatch(/ready/);
  expect(alive(pid)).toBe(true);
  cloud.kill('SIGKILL');
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
});
