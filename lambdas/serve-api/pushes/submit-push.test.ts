import { describe, expect, test } from 'vitest';
import type { NewPush, PushMessage } from '#shared/adapters/accept-push.ts';
import type { TracedPush } from '#shared/adapters/read-push.ts';
import type { PushTarget } from '#shared/adapters/read-push-target.ts';
import { describedPushes } from '#shared/contracts/openapi/pushes.ts';
import { problems, type Refusal } from '#shared/contracts/problems.ts';
import { pushDocuments } from '#shared/contracts/push-xml.ts';
import { AcceptedPush, PlannedPush } from '#shared/contracts/pushes.ts';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import { parseXml } from '#shared/domain/xml/parse-xml.ts';
import { readXmlFields } from '#shared/domain/xml/xml-fields.ts';
import { acceptedRow } from '../../../test/support/accepted-row.ts';
import { apiCaller, apiRequest } from '../../../test/support/api-request.ts';
import type { Answer } from '../api-request.ts';
import { createSubmitPush, type PushSubmissions } from './submit-push.ts';

const iccid = '8949000000000001016';
const newId = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf4';
const apdus = ['00a40004023f00', '00b000000a'];
const good = { iccid, tar: 'b00010', apdus };
const xmlOf = (inside: string, before = '') => `${before}<push xmlns="urn:signalbox:push:1">${inside}</push>`;
const goodXml = xmlOf(
  `<tar>b00010</tar>
   <apdus><apdu>00a40004023f00</apdu><apdu>00b000000a</apdu></apdus>
   <iccid>${iccid}</iccid>`,
  '<?xml version="1.0" encoding="UTF-8"?>\n',
);

const standard: PushTarget = {
  iccid,
  msisdn: '491701000101',
  stopped_for: null,
  profile: {
    name: 'standard',
    quirks: standardQuirks,
    format: 'compact',
    spi: '1639',
    reference_bits: 8,
    max_parts: 2,
    counter_jump: 100,
  },
  keysets: [{ version: 1, kic_algorithm: 'aes-cbc', kid_algorithm: 'aes-cmac', last_counter: 41 }],
  allowance: { least_integrity: 'cc', must_cipher: true, least_counter: 'higher', max_parts: null },
};

const traced: TracedPush = {
  push: {
    id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
    state: 'SENDING',
    iccid,
    recipient: '491701000101',
    tar: 'b00010',
    por: 'always',
    security: { spi: '1639', kic: 0x12, kid: 0x12 },
    key_version: 1,
    format: 'compact',
    counter: 42,
    packet_sha256: null,
    failure: null,
    cost_cents: 5,
    captured_cents: null,
    released_cents: null,
    reference: null,
    correlation_id: 'request-1',
    created_at: '2026-11-21T08:00:00+00:00',
    expires_at: '2026-11-23T08:00:00+00:00',
    sent_at: null,
    final_at: null,
  },
  response: null,
  metadata: null,
  parts: [{ number: 1, state: 'PENDING', error: null, smsc_message_ids: [] }],
  events: [],
};

interface Given extends Partial<PushSubmissions> {
  readonly target?: Partial<PushTarget> | null;
  readonly profile?: Partial<PushTarget['profile']>;
}

const createWorld = ({ target = {}, profile = {}, ...given }: Given = {}) => {
  const accepted: NewPush[] = [];
  const looked: string[] = [];
  const kept: PushMessage['metadata'][] = [];
  const world: PushSubmissions = {
    newId: () => newId,
    exemptOrigins: [],
    readTarget: async () => target && { ...standard, ...target, profile: { ...standard.profile, ...profile } },
    accept: async (push, { metadata }) => {
      accepted.push(push);
      kept.push(metadata);
      return { outcome: 'accepted', message: acceptedRow({ id: newId, recipient: '491701000101' }) };
    },
    quote: async () => ({ sender: 'Acme', part_price_cents: 5, cost_cents: 5, refusal: null }),
    findKeyed: async () => null,
    readPush: async () => traced,
    enqueueCard: async (card) => void looked.push(card),
    ...given,
  };
  return { submit: createSubmitPush(world), accepted, looked, kept };
};

const asJson = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  apiRequest({
    route: '/v1/pushes',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const asXml = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  apiRequest({ route: '/v1/pushes', body, headers: { 'content-type': 'application/xml; charset=utf-8', ...headers } });

const textOf = (said: Answer | Refusal): Buffer => {
  if (said.outcome === 'refused' || typeof said.body !== 'string') throw new Error('It is no text');
  return Buffer.from(said.body);
};

test('a push says the same in JSON and in XML, and is accepted as the same', async () => {
  const { submit, accepted, looked } = createWorld();
  const [json, xml] = [await submit(asJson(good)), await submit(asXml(goodXml))];
  expect(json).toMatchObject({
    status: 202,
    headers: { location: `/v1/pushes/${newId}` },
    body: { status: 'WAITING', iccid },
  });
  expect(xml).toMatchObject({ status: 202, headers: { 'content-type': 'application/xml' } });
  expect(accepted).toHaveLength(2);
  expect(accepted[1]).toEqual(accepted[0]);
  expect(accepted[0]).toMatchObject({ tar: 'b00010', key_version: 1, por: 'always', data_hex: apdus.join('') });
  expect(looked).toEqual([iccid, iccid]);
  const read = readXmlFields(parseXml(textOf(xml)), pushDocuments.accepted_push) as object;
  expect(AcceptedPush.parse({ reference: null, ...read })).toEqual('body' in json && json.body);
});

test('metadata is kept with a push, the same in JSON and in XML, where a name stands once', async () => {
  const { submit, kept } = createWorld();
  const item = (name: string, value: string) => `<item><name>${name}</name><value>${value}</value></item>`;
  const inXml = (items: string) => asXml(goodXml.replace('<iccid>', `<metadata>${items}</metadata><iccid>`));
  await submit(asJson({ ...good, metadata: { order: '1', site: 'A' } }));
  await submit(inXml(item('order', '1') + item('site', 'A')));
  await submit(asJson(good));
  expect(kept).toEqual([{ order: '1', site: 'A' }, { order: '1', site: 'A' }, null]);
  for (const refused of [
    inXml(item('order', '1') + item('order', '2')),
    inXml(item('', '1')),
    inXml('<item><name>order</name></item>'),
    inXml(item('order', 'x'.repeat(513))),
  ])
    expect(await submit(refused)).toMatchObject({ code: 'request.invalid' });
});

test.each([
  ['text/xml', 'xml'],
  ['application/json, application/xml;q=0.5', 'json'],
  ['application/json;q=0.5, application/xml', 'xml'],
  ['*/*', 'json'],
  ['text/html', 'json'],
])('Accept: %s is answered in %s', async (accept, wanted) => {
  const said = await createWorld().submit(asJson(good, { accept }));
  expect(typeof ('body' in said ? said.body : null)).toBe(wanted === 'xml' ? 'string' : 'object');
});

test('an XML request is answered in JSON where that is accepted', async () => {
  const said = await createWorld().submit(asXml(goodXml, { accept: 'application/json' }));
  expect(said).toMatchObject({ status: 202, body: { iccid } });
});

test('a dry run shows the packet, accepts nothing, and uses no counter', async () => {
  const { submit, accepted, looked } = createWorld();
  const said = await submit(asJson({ ...good, dry_run: true }));
  expect('body' in said && PlannedPush.parse(said.body)).toMatchObject({
    security: { spi: '1639', kic: '12', kid: '12', key_version: 1, counter_rule: 'higher' },
    commands: [
      { apdu: apdus[0], instruction: 'a4', data_octets: 2, expected_octets: null },
      { apdu: apdus[1], instruction: 'b0', data_octets: 0, expected_octets: 10 },
    ],
    packet: { cpl: 40, chl: 21, next_counter: 42, checksum_octets: 8, octets: 42, data_hex: apdus.join('') },
    parts: 1,
    would_be: 'accepted',
  });
  expect([accepted, looked]).toEqual([[], []]);
  const xml = await submit(asXml(goodXml.replace('<iccid>', '<dry_run>true</dry_run><iccid>')));
  const read = readXmlFields(parseXml(textOf(xml)), pushDocuments.planned_push);
  expect(read).toMatchObject({ dry_run: true, packet: { octets: 42 }, commands: [{ instruction: 'a4' }, {}] });
});

describe('what cannot be sent is refused with the reason, before a counter is used', () => {
  const manyApdus = Array.from({ length: 2 }, () => `00d60000ff${'00'.repeat(255)}`);
  test.each<[string, string, Given, object, string[]]>([
    ['a card that is unknown', 'card.unknown', { target: null }, {}, ['iccid']],
    ['a card without a number', 'card.no_number', { target: { msisdn: null } }, {}, ['iccid']],
    ['a card without keys', 'card.no_keys', { target: { keysets: [] } }, {}, ['iccid']],
    ['a card that is stopped', 'card.stopped', { target: { stopped_for: 'card.security_error' } }, {}, []],
    ['an application that is not allowed', 'tar.not_allowed', { target: { allowance: null } }, {}, ['tar']],
    ['too little security', 'security.too_low', { profile: { spi: '1239' } }, {}, ['tar']],
    ['what is no APDU', 'apdu.malformed', {}, { apdus: ['00a4', 'xyz'] }, ['apdus.0', 'apdus.1']],
    ['too many parts', 'parts.too_many', {}, { apdus: manyApdus }, ['apdus']],
    ['a card and a number', 'request.invalid', {}, { to: '+491701000101' }, ['iccid']],
    ['no commands', 'request.invalid', {}, { apdus: [] }, ['apdus']],
    ['a TAR that is none', 'request.invalid', {}, { tar: 'b0001' }, ['tar']],
    ['a callback to a private host', 'callback.refused', {}, { callback_url: 'https://10.0.0.1/' }, ['callback_url']],
  ])('%s', async (_name, code, given, body, paths) => {
    const { submit, accepted } = createWorld(given);
    const said = await submit(asJson({ ...good, ...body }));
    expect(said).toMatchObject({ outcome: 'refused', code });
    expect(('errors' in said ? (said.errors ?? []) : []).map(({ path }) => path)).toEqual(paths);
    expect(accepted).toEqual([]);
    expect(describedPushes.submitPush.problems.concat('request.invalid')).toContain(code);
  });

  test('and a fault of a card that was named by its number is said of the number', async () => {
    const { iccid: _iccid, ...rest } = good;
    const said = await createWorld({ target: null }).submit(asJson({ ...rest, to: '+491701000101' }));
    expect(said).toMatchObject({ code: 'card.unknown', errors: [{ path: 'to' }] });
  });

  test('a test key may look, and not touch', async () => {
    const { submit, accepted } = createWorld();
    const caller = apiCaller({ isTest: true });
    expect(await submit({ ...asJson(good), caller })).toMatchObject({ code: 'push.test_key' });
    expect(await submit({ ...asJson({ ...good, dry_run: true }), caller })).toMatchObject({ status: 200 });
    expect(accepted).toEqual([]);
  });
});

describe('under an idempotency key', () => {
  const keyed = (body: unknown = good) => asJson(body, { 'idempotency-key': 'push-1' });
  const replayed = { status: 202, headers: { 'idempotent-replayed': 'true' }, body: { id: traced.push.id } };
  const known = { findKeyed: async () => ({ outcome: 'replayed' as const, resourceId: traced.push.id }) };

  test('the first answer is given again, also when the push would be refused by now', async () => {
    const row = acceptedRow({ id: traced.push.id });
    const again = createWorld({ ...known, accept: async () => ({ outcome: 'replayed', message: row }) });
    expect(await again.submit(keyed())).toMatchObject(replayed);
    const { submit, accepted } = createWorld({ ...known, target: { stopped_for: 'card.security_error' } });
    expect(await submit(keyed())).toMatchObject(replayed);
    expect(accepted).toEqual([]);
  });

  test('another request is a mismatch, whether or not it could be sent', async () => {
    const mismatch = { findKeyed: async () => ({ outcome: 'mismatch' as const }) };
    expect(await createWorld({ ...mismatch, target: null }).submit(keyed())).toMatchObject({
      code: 'idempotency.mismatch',
    });
    const { submit } = createWorld({ accept: async () => ({ outcome: 'mismatch' }) });
    expect(await submit(keyed())).toMatchObject({ code: 'idempotency.mismatch' });
  });
});

describe('hostile XML is refused, with little work', () => {
  const lol = `<!DOCTYPE push [<!ENTITY a "aaaaaaaaaa">${'bcdefghi'
    .split('')
    .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefgh'[i]};`.repeat(10)}">`)
    .join('')}]>`;
  test.each<[string, string, string]>([
    [
      'a document type',
      xmlOf('<tar>b00010</tar>', '<!DOCTYPE push SYSTEM "file:///etc/passwd">'),
      'xml.doctype_refused',
    ],
    ['a billion laughs', xmlOf('<tar>&i;</tar>', lol), 'xml.doctype_refused'],
    ['an entity', xmlOf('<tar>&xxe;</tar>'), 'xml.entity_refused'],
    ['10 MB', xmlOf(`<reference>${'x'.repeat(10 * 1024 * 1024)}</reference>`), 'xml.too_large'],
    ['depth 1,000', xmlOf(`${'<apdus>'.repeat(1_000)}${'</apdus>'.repeat(1_000)}`), 'xml.too_deep'],
    ['CDATA', xmlOf('<tar><![CDATA[b00010]]></tar>'), 'xml.cdata_refused'],
    ['a processing instruction', xmlOf('<?php echo 1 ?>'), 'xml.instruction_refused'],
    ['what ends too soon', '<push xmlns="urn:signalbox:push:1"><tar>', 'xml.malformed'],
    ['nothing', '', 'xml.malformed'],
  ])('%s', async (_name, body, reason) => {
    const { submit, accepted } = createWorld();
    expect(await submit(asXml(body))).toMatchObject({ code: 'xml.refused', errors: [{ message: reason }] });
    expect(problems['xml.refused'].status).toBe(400);
    expect(accepted).toEqual([]);
  });

  test.each([
    ['another root', '<pull xmlns="urn:signalbox:push:1"/>'],
    ['another namespace', goodXml.replace('urn:signalbox:push:1', 'urn:other')],
    ['an element that is unknown', goodXml.replaceAll('tar>', 'rat>')],
    ['an element twice', goodXml.replace('<tar>', '<tar>b00010</tar><tar>')],
    ['an attribute', goodXml.replace('<tar>', '<tar id="1">')],
    ['a flag that is none', goodXml.replace('<iccid>', '<dry_run>yes</dry_run><iccid>')],
  ])('and what is XML and no push is a 422 that names its place: %s', async (_name, body) => {
    const said = await createWorld().submit(asXml(body));
    expect(said).toMatchObject({ code: 'request.invalid' });
    expect('errors' in said && said.errors?.[0]?.path).toMatch(/^line \d+, column \d+$/);
  });

  test('what an XML request lacks is named as in JSON', async () => {
    const said = await createWorld().submit(asXml(xmlOf('<apdus/>')));
    const paths = ('errors' in said ? (said.errors ?? []) : []).map(({ path }) => path);
    expect(said).toMatchObject({ code: 'request.invalid' });
    expect(paths).toEqual(expect.arrayContaining(['tar', 'apdus']));
  });
});
