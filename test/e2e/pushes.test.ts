import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '#shared/contracts/admin.ts';
import type { CardView, ImportedCards } from '#shared/contracts/cards.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import { pushDocuments } from '#shared/contracts/push-xml.ts';
import type { AcceptedPush, PlannedPush, PushView } from '#shared/contracts/pushes.ts';
import { parseXml } from '#shared/domain/xml/parse-xml.ts';
import { readXmlFields } from '#shared/domain/xml/xml-fields.ts';
import { demoCards, demoTar } from '../../local/sim/demo-cards.ts';
import type { SimCard } from '../../local/sim/sim-card.ts';
import type { ApiCall } from '../support/api-client.ts';
import { unbalancedClients } from '../support/clients.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const [aes, des] = demoCards;
if (!aes || !des) throw new Error('There are no demo cards');

let box: RunningSignalbox;
/** A client that is called back nowhere, and may reach the cards' file systems, and an application they do not have. */
let other: { readonly clientId: string; readonly apiKey: string };
const missingTar = 'b000ff';
const scopes = ['pushes:read', 'pushes:write', 'messages:read'];

const admin = <Body>(method: string, path: string, body?: object) =>
  box.api<Body>(method, `/v1/admin${path}`, { key: box.client.adminApiKey, ...(body ? { body } : {}) });

beforeAll(async () => {
  box = await startRunningSignalbox();
  other = await box.issueClient({ creditCents: 1_000, scopes });
  for (const [client, tar] of [
    [box.client.clientId, missingTar],
    [other.clientId, demoTar.toUpperCase()],
  ] as const)
    expect((await admin('PUT', `/clients/${client}/tars/${tar}`, {})).status).toBe(200);
});
afterAll(() => box?.stop());

/** SELECT of MF and EF ICCID, READ BINARY of it. */
const readIccid = ['00a40004023f00', '00a40004022fe2', '00b000000a'];
const push = (body: object | string, call: Omit<ApiCall, 'body'> = {}) =>
  box.api<AcceptedPush>('POST', '/v1/pushes', { ...call, body });
const send = async (body: object): Promise<string> => {
  const answer = await push({ tar: demoTar, apdus: readIccid, ...body });
  expect(answer, answer.text).toMatchObject({ status: 202, body: { status: 'WAITING' } });
  return answer.body.id;
};
const view = async (id: string): Promise<PushView> => (await box.api<PushView>('GET', `/v1/pushes/${id}`)).body;
const isOver = ({ final_at }: PushView) => final_at !== null;
const ended = (id: string): Promise<PushView> =>
  until(`push ${id} has come to its end`, async () => {
    const found = await view(id);
    return isOver(found) && found;
  });
const simOf = ({ msisdn }: { readonly msisdn: string }): SimCard => {
  const sim = box.sims[msisdn];
  if (!sim) throw new Error('There is no such card');
  return sim;
};
const swapped = (digits: string) => digits.padEnd(20, 'f').replace(/(.)(.)/g, '$2$1');
const inXml = (inside: string) => `<push xmlns="urn:signalbox:push:1">${inside}</push>`;
const xml = { 'content-type': 'application/xml' };

describe('a push', () => {
  test('in JSON goes through the HSM to the card, which proves its answer, and its client is called back', async () => {
    const call = { headers: { 'idempotency-key': 'push-1', 'x-request-id': 'push-request-1' } };
    const body = { to: `+${aes.msisdn}`, tar: demoTar, apdus: readIccid, reference: 'first' };
    const accepted = await push(body, call);
    expect(accepted).toMatchObject({ status: 202, body: { iccid: aes.iccid, parts: 1, cost_cents: 5 } });
    const { id } = accepted.body;
    expect(accepted.headers.get('location')).toBe(`/v1/pushes/${id}`);
    const again = await push(body, call);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(accepted.body);

    // The card may answer before the network's receipt has come.
    const done = await until('the push is answered and paid for', async () => {
      const found = await view(id);
      return isOver(found) && found.captured_cents !== null && found;
    });
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      request_id: 'push-request-1',
      captured_cents: 5,
      response: {
        authenticated: true,
        ciphered: true,
        status_name: 'ok',
        executed: 3,
        results: [{ status_word: '9000', meaning: 'Done.', data_hex: swapped(aes.iccid) }],
      },
      parts: [{ state: 'DELIVERED' }],
    });
    const sources = new Set(done.trace.map(({ source }) => source));
    for (const source of ['api', 'hsm', 'queue', 'smpp', 'receipt', 'card'] as const) expect(sources).toContain(source);
    const submitted = box.smsc.received().filter(({ destination }) => destination.endsWith(aes.msisdn));
    expect(submitted).toMatchObject([{ udh_hex: '027000', esm_class: 0x40, protocol_id: 0x7f, data_coding: 0xf6 }]);
    const [callback] = await until('push.succeeded is called back', () => {
      const found = box.callbacksFor(id).filter(({ body: text }) => text?.includes('"push.succeeded"'));
      return found.length > 0 && found;
    });
    expect(callback?.verdict).toBe('valid');
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({
      data: {
        push_id: id,
        status: 'SUCCEEDED',
        iccid: aes.iccid,
        reference: 'first',
        response: { authenticated: true },
      },
    });
  });

  test('in XML is sealed by KMS for the card with 3DES, and told of in XML', async () => {
    const body = inXml(`<iccid>${des.iccid}</iccid><tar>${demoTar}</tar>
      <apdus><apdu>00a40004023f00</apdu><apdu>00a40004026f46</apdu><apdu>00d6000003014869</apdu></apdus>`);
    const accepted = await push(body, { headers: xml });
    expect(accepted.status, accepted.text).toBe(202);
    expect(accepted.headers.get('content-type')).toBe('application/xml');
    const { id } = readXmlFields(parseXml(Buffer.from(accepted.text)), pushDocuments.accepted_push) as { id: string };
    expect(await ended(id)).toMatchObject({
      status: 'SUCCEEDED',
      security: { kic_algorithm: '3des-2-cbc', key_version: 3 },
    });
    expect(simOf(des).read('6f46')?.toString('hex', 0, 3)).toBe('014869');
    const told = await box.api('GET', `/v1/pushes/${id}`, { headers: { accept: 'application/xml' } });
    expect(readXmlFields(parseXml(Buffer.from(told.text)), pushDocuments.push_view)).toMatchObject({
      id,
      status: 'SUCCEEDED',
      response: { authenticated: true, results: [{ status_word: '9000' }] },
    });
    const schema = await box.api('GET', '/v1/push.xsd', { key: null });
    expect(schema).toMatchObject({ status: 200, text: expect.stringContaining('urn:signalbox:push:1') as string });
  });

  test('tried without being sent shows the packet, and uses no counter', async () => {
    const before = (await admin<CardView>('GET', `/cards/${aes.iccid}`)).body;
    const answer = await box.api<PlannedPush>('POST', '/v1/pushes', {
      body: { iccid: aes.iccid, tar: demoTar, apdus: readIccid, dry_run: true },
    });
    const next_counter = (before.keysets[0]?.last_counter ?? 0) + 1;
    expect(answer).toMatchObject({ status: 200, body: { would_be: 'accepted', packet: { next_counter, octets: 58 } } });
    expect((await admin<CardView>('GET', `/cards/${aes.iccid}`)).body).toEqual(before);
  });

  test('waits for the one before it: many at once are executed in the order of their counters', async () => {
    const ids = await Promise.all(Array.from({ length: 3 }, () => send({ iccid: aes.iccid })));
    const all = await Promise.all(ids.map((id) => ended(id)));
    expect(all.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
    const counters = all.map(({ counter }) => BigInt(counter)).sort((a, b) => (a < b ? -1 : 1));
    expect(simOf(aes).executed().slice(-3)).toEqual(counters);
  });
});

describe.concurrent('what a card has against a push is said in words', () => {
  test('a file that is not there, and a counter that was too low: the next one is beyond it', async () => {
    const id = await send({ iccid: aes.iccid, apdus: ['00a40004026fff'] });
    const meaning = 'The file or application was not found.';
    expect(await ended(id)).toMatchObject({
      status: 'FAILED',
      error: 'card.sw_6a82',
      response: { authenticated: true, results: [{ status_word: '6a82', meaning }] },
    });

    const sim = simOf(aes);
    sim.setCounter(aes.keyVersion, sim.counterOf(aes.keyVersion) + 50n);
    const low = await ended(await send({ iccid: aes.iccid }));
    expect(low).toMatchObject({ status: 'FAILED', error: 'card.counter_low', response: { authenticated: true } });
    const next = await ended(await send({ iccid: aes.iccid }));
    expect(next.status).toBe('SUCCEEDED');
    expect(next.counter).toBeGreaterThan(low.counter + 50);
  });

  test('an application that is not there, in clear; and wrong keys, for which the card is stopped and released', async () => {
    const sim = simOf(des);
    sim.behave({ errorsInClear: true });
    const id = await send({ iccid: des.iccid, tar: missingTar });
    expect(await ended(id)).toMatchObject({
      status: 'FAILED',
      error: 'card.tar_unknown',
      response: { status_code: 9, authenticated: false, status_words: 'The card has no application of this TAR.' },
    });

    sim.behave({ errorsInClear: false, status: 6 });
    const wrong = await ended(await send({ iccid: des.iccid }));
    expect(wrong).toMatchObject({ status: 'FAILED', error: 'card.security_error' });
    sim.behave({ status: null });
    const refused = await push({ iccid: des.iccid, tar: demoTar, apdus: readIccid });
    expect(refused).toMatchObject({ status: 409, body: { code: 'card.stopped' } });
    const released = await admin<CardView>('POST', `/cards/${des.iccid}/release`);
    expect(released).toMatchObject({ status: 200, body: { stopped_for: null } });
    expect((await ended(await send({ iccid: des.iccid }))).status).toBe('SUCCEEDED');
    const audit = await admin<{ entries: AuditEntry[] }>('GET', `/audit?action=card.released`);
    expect(audit.body.entries).toMatchObject([{ subject: `card ${des.iccid}` }]);
  });
});

describe('what is refused', () => {
  const good = { iccid: aes.iccid, tar: demoTar, apdus: readIccid };
  test.each<[string, number, string, object]>([
    ['a TAR that is not allowed', 422, 'tar.not_allowed', { tar: 'b00099' }],
    ['a card that is unknown', 422, 'card.unknown', { iccid: '8949000000000009999' }],
    ['what is no APDU', 422, 'apdu.malformed', { apdus: ['00a400'] }],
    [
      'too many parts',
      422,
      'parts.too_many',
      { apdus: Array.from({ length: 6 }, () => `00d60000ff${'00'.repeat(255)}`) },
    ],
  ])('%s', async (_name, status, code, body) => {
    expect(await push({ ...good, ...body })).toMatchObject({ status, body: { code } });
  });

  test('less security than the application demands', async () => {
    const allow = (least_counter: string) =>
      admin('PUT', `/clients/${other.clientId}/tars/${demoTar}`, { least_counter });
    expect((await allow('exact')).status).toBe(200);
    expect(await push(good, { key: other.apiKey })).toMatchObject({ status: 422, body: { code: 'security.too_low' } });
    expect((await allow('higher')).status).toBe(200);
  });

  const laughs = `<!DOCTYPE push [<!ENTITY a "${'ha'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}"><!ENTITY c "${'&b;'.repeat(100)}">]>`;
  test.each([
    ['a document type', `<!DOCTYPE push SYSTEM "http://127.0.0.1/x.dtd">${inXml('')}`],
    ['a billion laughs', `${laughs}${inXml('<tar>&c;</tar>')}`],
    ['an entity', inXml('<tar>&xxe;</tar>')],
    ['much of it', inXml(`<tar>${'b'.repeat(4 * 1024 * 1024)}</tar>`)],
    ['depth 1,000', inXml('<a>'.repeat(1_000))],
    ['half a document', '<push xmlns="urn:signalbox:push:1"><tar>'],
  ])('XML with %s', async (_name, body) => {
    expect(await push(body, { headers: xml })).toMatchObject({ status: 400, body: { code: 'xml.refused' } });
  });

  test('another client’s push is not there, nor in its list, and neither is its cursor', async () => {
    const list = (key: string, cursor = '') =>
      box.api<{ pushes: { id: string }[]; next_cursor: string; code?: string }>('GET', `/v1/pushes?limit=1${cursor}`, {
        key,
      });
    const mine = (await list(box.client.apiKey)).body;
    const [first] = mine.pushes;
    expect(await box.api<Problem>('GET', `/v1/pushes/${first?.id}`, { key: other.apiKey })).toMatchObject({
      status: 404,
      body: { code: 'push.not_found' },
    });
    expect((await list(other.apiKey)).body.pushes).toEqual([]);
    const cursor = `&cursor=${mine.next_cursor}`;
    expect(await list(other.apiKey, cursor)).toMatchObject({ status: 404, body: { code: 'cursor.not_found' } });
    expect(await list(box.client.apiKey, cursor)).toMatchObject({ status: 200 });
  });

  test('a key without the scope', async () => {
    const { apiKey } = await box.issueClient({ creditCents: 100, scopes: ['messages:write', 'pushes:read'] });
    expect(await push(good, { key: apiKey })).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
  });
});

test('cards are imported with their keys sealed, each bad line told of, and once however often they are', async () => {
  const line = {
    line: 2,
    iccid: '8949000000000007773',
    msisdn: '491701000777',
    profile: 'imported',
    version: 1,
    kic_algorithm: 'aes-cbc',
    kid_algorithm: 'aes-cmac',
    kic: '00112233445566778899aabbccddeeff',
    kid: 'ffeeddccbbaa99887766554433221100',
  };
  expect((await admin('PUT', '/card-profiles/imported', { max_parts: 3 })).status).toBe(200);
  const lines = [line, { ...line, line: 3, profile: 'nobody-knows', version: 2 }, { ...line, line: 4, kic: 'xyz' }];
  const imported = await admin<ImportedCards>('POST', '/cards', { lines });
  expect(imported, imported.text).toMatchObject({ status: 201, body: { imported: 1, known: 0 } });
  expect(imported.body.rejected.map(({ line: at, reason }) => [at, reason])).toEqual([
    [3, 'profile_unknown'],
    [4, 'malformed'],
  ]);
  expect((await admin<ImportedCards>('POST', '/cards', { lines: [line] })).body).toMatchObject({
    imported: 0,
    known: 1,
  });
  const [kept] = await box.query<{ kic: string; location: string }>('SELECT * FROM card_keysets WHERE iccid = $1', [
    line.iccid,
  ]);
  expect(kept?.location).toBe('sealed');
  expect(Buffer.from(kept?.kic ?? '', 'base64').includes(Buffer.from(line.kic, 'hex'))).toBe(false);
  // process-push opens what was sealed here: the packet is built, and nobody is there to answer it.
  const id = await send({ iccid: line.iccid, por: 'none' });
  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', response: null });
  expect(await unbalancedClients(box)).toEqual([]);
});
