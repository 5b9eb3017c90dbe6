import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QuotedMessage } from '#shared/contracts/messages.ts';
import type { ProviderState } from '#shared/contracts/provider-admin.ts';
import type { RouteView } from '#shared/contracts/routing.ts';
import type { ProviderStatistics } from '#shared/contracts/statistics.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let box: RunningSignalbox;

beforeAll(async () => {
  box = await startRunningSignalbox();
}, 120_000);
afterAll(() => box?.stop());

const admin = <Body = unknown>(method: string, path: string, body?: object) =>
  box.api<Body>(method, path, { key: box.client.adminApiKey, ...(body ? { body } : {}) });

const spare = {
  name: 'spare',
  kind: 'smpp',
  host: 'smsc.example.com',
  port: 2775,
  system_id: 'box',
  password: 'secret08',
};

test('the provider that a run begins with is up, and its message goes by it', async () => {
  const state = await until('the provider is up', async () => {
    const { body } = await admin<ProviderState>('GET', '/v1/admin/providers/primary/state');
    return body.status === 'up' && body;
  });
  expect(state).toMatchObject({ bound: 1, reasons: [] });
  const { id } = await box.send({ to: '+491700000009', text: 'by way of primary' });
  const { history } = await box.waitForFinal(id);
  expect(history.find(({ type }) => type === 'SUBMITTED')?.detail).toMatchObject({ provider: 'primary' });
});

test('a provider is made with a secret of its own, told without it, and removed with it', async () => {
  const made = await admin('POST', '/v1/admin/providers', { ...spare, enabled: false });
  expect(made).toMatchObject({ status: 201, body: { name: 'spare', enabled: false } });
  expect(made.text).not.toContain('secret08');
  expect(await admin('PATCH', '/v1/admin/providers/spare', { password: 'another8', binds: 3 })).toMatchObject({
    status: 200,
    body: { binds: 3, password_set_at: expect.any(String) },
  });
  expect(await admin('DELETE', '/v1/admin/providers/spare')).toMatchObject({ status: 204 });
  expect(await admin('GET', '/v1/admin/providers/spare')).toMatchObject({ status: 404 });
});

test('a client may not, and an address inside is refused', async () => {
  expect(await box.api('POST', '/v1/admin/providers', { body: spare })).toMatchObject({ status: 403 });
  expect(await admin('POST', '/v1/admin/providers', { ...spare, host: '169.254.169.254' })).toMatchObject({
    status: 422,
    body: { code: 'provider.address_refused' },
  });
});

test('what no route leads to is refused at once, one by one and in a batch, and a dry run shows the way that is left', async () => {
  const { body } = await admin<{ routes: RouteView[] }>('GET', '/v1/admin/routes');
  const [everything] = body.routes;
  const change = (changes: object) => admin('PATCH', `/v1/admin/routes/${everything?.id}`, changes);
  expect(await change({ prefix: '49' })).toMatchObject({ status: 200 });
  try {
    const british = { to: '+447700900009', text: 'hello' };
    expect(await box.api('POST', '/v1/messages', { body: british })).toMatchObject({
      status: 422,
      body: { code: 'route.none' },
    });
    const german = { to: '+491700000009', text: 'hello' };
    expect(await box.api('POST', '/v1/messages/batch', { body: { messages: [british, german] } })).toMatchObject({
      status: 202,
      body: { accepted: [{ index: 1 }], rejected: [{ index: 0, problem: { code: 'route.none' } }] },
    });
    const quote = (message: object) =>
      box.api<QuotedMessage>('POST', '/v1/messages', { body: { ...message, dry_run: true } });
    expect(await quote(german)).toMatchObject({
      status: 200,
      body: { would_be: 'accepted', route: { prefix: '49', candidates: [{ provider: 'primary', score: null }] } },
    });
    expect(await quote(british)).toMatchObject({ body: { would_be: 'refused', route: null } });
  } finally {
    await change({ prefix: '' });
  }
});

test('what was delivered is in the figures of the provider and of the client', async () => {
  await box.cloud.runSchedule('sum-statistics');
  const figures = await until('the figures', async () => {
    const { body } = await admin<ProviderStatistics>('GET', '/v1/admin/providers/primary/statistics');
    return body.total.delivered > 0 && body;
  });
  expect(figures.total).toMatchObject({ submitted: expect.any(Number), price_cents: expect.any(Number) });
  expect(await box.api('GET', '/v1/stats')).toMatchObject({
    status: 200,
    body: { destinations: [{ country: 'DE' }] },
  });
});
