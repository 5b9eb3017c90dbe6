import { type XmlDocumentType, type XmlShape, xmlFields, xmlList } from '#shared/domain/xml/xml-fields.ts';

/**
 * Pushes in XML: the same members under the same names as in JSON, and a list has elements of one name. docs/push.xsd
 * says the same in XML Schema; it is made from these shapes and the schemas of JSON.
 */
export const pushNamespace = 'urn:signalbox:push:1';

const document = (root: string, fields: Readonly<Record<string, XmlShape>>): XmlDocumentType => ({
  namespace: pushNamespace,
  root,
  shape: xmlFields(fields),
});

const security = xmlFields({
  spi: 'text',
  kic: 'text',
  kid: 'text',
  key_version: 'integer',
  integrity: 'text',
  ciphered: 'boolean',
  counter_rule: 'text',
  kic_algorithm: 'text',
  kid_algorithm: 'text',
  por_integrity: 'text',
  por_ciphered: 'boolean',
  por_via: 'text',
});

const card = { iccid: 'text', to: 'text', tar: 'text', por: 'text' } as const;

const problem = xmlFields({
  type: 'text',
  title: 'text',
  status: 'integer',
  detail: 'text',
  code: 'text',
  request_id: 'text',
  errors: xmlList('error', xmlFields({ path: 'text', message: 'text' })),
});

const command = xmlFields({
  apdu: 'text',
  instruction: 'text',
  data_octets: 'integer',
  expected_octets: 'integer',
});

const packet = xmlFields({
  cpl: 'integer',
  chl: 'integer',
  next_counter: 'integer',
  padding_octets: 'integer',
  checksum_octets: 'integer',
  data_hex: 'text',
  octets: 'integer',
});

const response = xmlFields({
  status_code: 'integer',
  status_name: 'text',
  status_words: 'text',
  authenticated: 'boolean',
  ciphered: 'boolean',
  counter: 'text',
  data_hex: 'text',
  executed: 'integer',
  results: xmlList('result', xmlFields({ status_word: 'text', meaning: 'text', outcome: 'text', data_hex: 'text' })),
});

const part = xmlFields({
  number: 'integer',
  state: 'text',
  smsc_message_ids: xmlList('id', 'text'),
  error: 'text',
});

/** What has names of its own is a list of names and values. */
const items = xmlList('item', xmlFields({ name: 'text', value: 'text' }));

const entry = xmlFields({
  at: 'text',
  source: 'text',
  what: 'text',
  detail: items,
});

/** The documents: what is asked, and what is answered with 202, with 200 of a dry run, and with 200 of one push. */
export const pushDocuments = {
  push: document('push', {
    iccid: 'text',
    to: 'text',
    tar: 'text',
    apdus: xmlList('apdu', 'text'),
    por: 'text',
    priority: 'text',
    validity_seconds: 'integer',
    callback_url: 'text',
    reference: 'text',
    metadata: items,
    dry_run: 'boolean',
  }),
  accepted_push: document('accepted_push', {
    id: 'text',
    status: 'text',
    ...card,
    parts: 'integer',
    cost_cents: 'integer',
    reference: 'text',
    expires_at: 'text',
    created_at: 'text',
  }),
  planned_push: document('planned_push', {
    dry_run: 'boolean',
    ...card,
    security,
    format: 'text',
    commands: xmlList('command', command),
    packet,
    parts: 'integer',
    part_price_cents: 'integer',
    cost_cents: 'integer',
    would_be: 'text',
    problem,
  }),
  push_view: document('push_view', {
    id: 'text',
    status: 'text',
    ...card,
    cost_cents: 'integer',
    reference: 'text',
    error: 'text',
    created_at: 'text',
    expires_at: 'text',
    sent_at: 'text',
    final_at: 'text',
    metadata: items,
    request_id: 'text',
    security,
    format: 'text',
    counter: 'integer',
    packet_sha256: 'text',
    captured_cents: 'integer',
    released_cents: 'integer',
    response,
    parts: xmlList('part', part),
    trace: xmlList('entry', entry),
  }),
} as const;

export type PushDocument = keyof typeof pushDocuments;
