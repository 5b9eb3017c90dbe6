import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectEmmKeys } from '#shared/adapters/cas/emm-keys.ts';
import type { CarouselView } from '#shared/contracts/carousels.ts';
import type {
  CasRequestList,
  CasRequestView,
  EmmList,
  EmmView,
  EncryptedEmms,
  KeyEpochList,
} from '#shared/contracts/cas.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import type { ApiAnswer, ApiCall } from '../support/api-client.ts';
import { receive, testCard, testCaSystemId } from '../support/cas.ts';
import type { IssuedClient } from '../support/issue-client.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let box: RunningSignalbox;
let client: IssuedClient;
let other: IssuedClient;

const scopes = ['messages:read', 'messages:write', 'cas:read', 'cas:write'];
const inboundNumber = '33333';

const setUpCasSystem = async (clientId: string): Promise<void> => {
  await box.query('INSERT INTO cas_systems (client_id, ca_system_id, key_lead_minutes) VALUES ($1, $2, 0)', [
    clientId,
    testCaSystemId,
  ]);
  await box.query(`INSERT INTO cas_packages (client_id, code, name, product) VALUES ($1, 'SPORT', 'Sport', 17)`, [
    clientId,
  ]);
  await box.query('INSERT INTO cas_cards (client_id, card) VALUES ($1, $2)', [clientId, testCard]);
  await box.query('INSERT INTO cas_numbers (number, client_id) VALUES ($1, $2)', [inboundNumber, clientId]);
};

beforeAll(async () => {
  box = await startRunningSignalbox();
  [client, other] = [
    await box.issueClient({ creditCents: 1_000, scopes }),
    await box.issueClient({ creditCents: 1_000, scopes }),
  ];
  await setUpCasSystem(client.clientId);
  await until('the first key is there', async () => {
    await box.cloud.runSchedule('rotate-keys');
    const found = await box.query(`SELECT FROM key_epochs WHERE client_id = $1 AND state = 'ACTIVE'`, [
      client.clientId,
    ]);
    return found.length === 1;
  });
});
afterAll(() => box?.stop());

const ask = <Body = Problem>(method: string, path: string, call: ApiCall = {}) =>
  box.api<Body>(method, path, { key: client.apiKey, ...call });

const expectStatus = <Body>(answer: ApiAnswer<Body>, status: number): Body => {
  expect(answer.status, answer.text).toBe(status);
  return answer.body;
};

const expectProblem = (answer: ApiAnswer<Problem>, status: number, code: string): void =>
  expect(answer, answer.text).toMatchObject({ status, body: { code } });

/** The key of an epoch, as a card would have been told it. */
const keyOf = async (epoch: number): Promise<Uint8Array> => {
  const [row] = await box.query<{ wrapped_key: string }>(
    'SELECT wrapped_key FROM key_epochs WHERE client_id = $1 AND epoch = $2',
    [client.clientId, epoch],
  );
  const { endpoints, operatorCredentials: credentials } = box.cloud;
  const kms = new KMSClient({ region: 'eu-central-1', endpoint: endpoints.kms, credentials });
  const keys = connectEmmKeys({ emm: 'alias/signalbox-local-emm', storage: 'alias/signalbox-local-emm-data' }, kms);
  return keys.epochKey({ tenant: client.clientId, epoch }, row?.wrapped_key ?? '', 1);
};

const open = async ({ section_hex, epoch }: Pick<EmmView, 'section_hex' | 'epoch'>) =>
  receive(Buffer.from(section_hex ?? '', 'hex').toString('base64'), await keyOf(epoch));

const untilProcessed = (id: string): Promise<CasRequestView> =>
  until('the request is processed', async () => {
    const { body } = await ask<CasRequestView>('GET', `/v1/cas/requests/${id}`);
    return body.status === 'PROCESSED' && body;
  });

const untilDelivered = (id: string | null) =>
  until('the answer is delivered', async () => {
    const message = await box.message(id ?? '', client.apiKey);
    return message.status === 'DELIVERED' && message;
  });

test('a request becomes an encrypted EMM, and an answer that is delivered', async () => {
  const body = { sender: '+491700000401', message: 'act 1234567897 sport*2' };
  const headers = { 'idempotency-key': 'request-1' };
  const answered = await ask<CasRequestView>('POST', '/v1/cas/requests', { body, headers });
  const { id } = expectStatus(answered, 202);
  expect(answered.headers.get('location')).toBe(`/v1/cas/requests/${id}`);
  const processed = await untilProcessed(id);
  expect(processed).toMatchObject({ verdict: 'activated', reply_problem: null });
  const emm = expectStatus(await ask<EmmView>('GET', `/v1/cas/emms/${processed.emm_ids[0]}`), 200);
  expect(emm).toMatchObject({
    status: 'ON_AIR',
    class: 'unique',
    device: testCard,
    kind: 'entitlements',
    request_id: id,
  });
  expect((await open(emm)).commands).toMatchObject([{ command: 'entitlement_reset' }, { product: 17 }]);
  const reply = await untilDelivered(processed.reply_message_id);
  expect(reply).toMatchObject({ status: 'DELIVERED', to: '491700000401', text: processed.response, cost_cents: 5 });
  expect(reply.parts).toHaveLength(1);
  const again = await ask<CasRequestView>('POST', '/v1/cas/requests', { body, headers });
  expect(expectStatus(again, 202).id).toBe(id);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

test('a text to the number of a CA system is a request, and is answered from that number', async () => {
  box.smsc.injectMo({ source: '491700000402', destination: inboundNumber, text: 'BAL 1234567897' });
  const found = await until('the request is processed', async () => {
    const { body } = await ask<CasRequestList>('GET', '/v1/cas/requests?sender=491700000402');
    return body.requests.find(({ status }) => status === 'PROCESSED');
  });
  expect(found).toMatchObject({ source: 'inbound', verdict: 'status', emm_ids: [] });
  const reply = await untilDelivered(found.reply_message_id);
  expect(reply).toMatchObject({ status: 'DELIVERED', to: '491700000402', from: inboundNumber });
});

describe('an operator', () => {
  const commands = [
    { command: 'entitlement_add', product: 18, from: '2026-01-01T00:00:00Z', until: '2030-01-01T00:00:00Z' },
  ];
  const emm = { class: 'unique', device: testCard, kind: 'promotion', commands };

  test('puts EMMs on air, the newest in place of the one before', async () => {
    const headers = { 'idempotency-key': 'emm-1' };
    const first = expectStatus(await ask<EmmView>('POST', '/v1/cas/emms', { body: emm, headers }), 202);
    const replay = await ask<EmmView>('POST', '/v1/cas/emms', { body: emm, headers });
    expect(expectStatus(replay, 202).id).toBe(first.id);
    expect((await open(first)).commands).toMatchObject([{ command: 'entitlement_add', product: 18 }]);
    const second = expectStatus(await ask<EmmView>('POST', '/v1/cas/emms', { body: emm }), 202);
    const { emms } = expectStatus(await ask<EmmList>('GET', `/v1/cas/emms?device=${testCard}&limit=2`), 200);
    expect(emms.map(({ id, status, replaced_by }) => [id, status, replaced_by])).toEqual([
      [second.id, 'ON_AIR', null],
      [first.id, 'REPLACED', second.id],
    ]);
  });

  test('has EMMs encrypted that are not kept', async () => {
    const body = {
      emms: [
        { class: 'unique', device: testCard, commands },
        { class: 'global', commands },
      ],
    };
    const headers = { 'idempotency-key': 'encryptions-1' };
    const first = await ask<EncryptedEmms>('POST', '/v1/cas/encryptions', { body, headers });
    const [unique] = expectStatus(first, 200).emms;
    expect((await open(unique ?? { section_hex: null, epoch: 0 })).address).toBe('00000000499602d9');
    const again = await ask<EncryptedEmms>('POST', '/v1/cas/encryptions', { body, headers });
    expect(expectStatus(again, 200)).toEqual(first.body);
    const changed = { emms: body.emms.slice(1) };
    expectProblem(await ask('POST', '/v1/cas/encryptions', { body: changed, headers }), 409, 'idempotency.mismatch');
  });

  test('is told what does not fit', async () => {
    const many = Array.from({ length: 20 }, () => commands[0]);
    expectProblem(await ask('POST', '/v1/cas/emms', { body: { ...emm, commands: many } }), 422, 'emm.too_long');
    expectProblem(await ask('POST', '/v1/cas/emms', { body: { ...emm, class: 'global' } }), 422, 'request.invalid');
    expectProblem(await ask('POST', '/v1/cas/emms', { body: { ...emm, kind: 'key-1' } }), 422, 'request.invalid');
    const past = { ...emm, expires_at: '2020-01-01T00:00:00Z' };
    expectProblem(await ask('POST', '/v1/cas/emms', { body: past }), 422, 'request.invalid');
  });

  test('sees its own only, and the epochs of its keys', async () => {
    const { requests } = expectStatus(await ask<CasRequestList>('GET', '/v1/cas/requests?limit=1'), 200);
    const { emms } = expectStatus(await ask<EmmList>('GET', '/v1/cas/emms?limit=1'), 200);
    const asOther = { key: other.apiKey };
    expectProblem(await ask('GET', `/v1/cas/requests/${requests[0]?.id}`, asOther), 404, 'cas_request.not_found');
    expectProblem(await ask('GET', `/v1/cas/emms/${emms[0]?.id}`, asOther), 404, 'emm.not_found');
    expectProblem(await ask('POST', '/v1/cas/emms', { body: emm, ...asOther }), 404, 'cas_system.not_found');
    const body = { sender: '+491700000403', message: 'HELP' };
    expectProblem(await ask('POST', '/v1/cas/requests', { body, ...asOther }), 404, 'cas_system.not_found');
    const { key_epochs } = expectStatus(await ask<KeyEpochList>('GET', '/v1/cas/key-epochs'), 200);
    expect(key_epochs).toMatchObject([{ epoch: 1, state: 'ACTIVE' }]);
  });
});

test('an EMM for a card goes to its owner’s telephone, byte for byte, and is on air when the SMSC has it', async () => {
  const owner = '491700000404';
  const admin = { key: box.client.adminApiKey };
  const of = `/v1/admin/clients/${client.clientId}`;
  const changed = await box.api('PATCH', `${of}/cas-cards/${testCard}`, { ...admin, body: { owner } });
  expect(changed.status, changed.text).toBe(200);
  const body = { output: 'sms', settings: { port: 16_001, repetitions: 1 } };
  const put = await box.api<CarouselView>('PUT', `${of}/carousels/phones`, { ...admin, body });
  const carousel = expectStatus(put, 200);
  const commands = [{ command: 'entitlement_remove', product: 18 }];
  const made = await ask<EmmView>('POST', '/v1/cas/emms', {
    body: { class: 'unique', device: testCard, kind: 'telephone', commands },
  });
  const emm = expectStatus(made, 202);
  const isItsMessage = ({ destination, data_hex }: { destination: string; data_hex: string }) =>
    destination === owner && data_hex === emm.section_hex;
  await until('its telephone has it', async () => {
    await box.cloud.runSchedule('cycle-emms');
    await box.cloud.runSchedule('dispatch-due');
    return box.smsc.messages().some(isItsMessage);
  });
  const onAir = await until('it is on air', async () => {
    await box.cloud.runSchedule('cycle-emms');
    const { body: view } = await ask<EmmView>('GET', `/v1/cas/emms/${emm.id}`);
    return view.on_air_at !== null && view;
  });
  expect(onAir).toMatchObject({ id: emm.id, status: 'ON_AIR' });
  const sent = box.smsc.received().filter(isItsMessage);
  expect(sent).toMatchObject([{ udh_hex: '0605043e813e81', data_coding: 4, command_status: 0 }]);
  const { body: seen } = await ask<CarouselView>('GET', `/v1/cas/carousels/${carousel.id}`);
  expect(seen).toMatchObject({ output: 'sms', status: 'ON_AIR', problems: [] });
});

test('nothing was asked that a role may not do', () => {
  expect(box.cloud.access.denials()).toEqual([]);
});
