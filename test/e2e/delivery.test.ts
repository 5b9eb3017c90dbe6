import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountView } from '#shared/contracts/credit.ts';
import type { AcceptedMessage } from '#shared/contracts/messages.ts';
import { decodeGsm7 } from '#shared/domain/text/gsm7.ts';
import { alphabetOf } from '#shared/domain/text/national-languages.ts';
import { segmentText } from '#shared/domain/text/segment.ts';
import { unbalancedClients } from '../support/clients.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 90_000 };

let box: RunningSignalbox;
/** Where telephones write to. */
const shortCode = '70500';

const administer = async (method: 'PATCH' | 'POST', path: string, body: object): Promise<void> => {
  const { status, text } = await box.api(method, path, { body, key: box.client.adminApiKey });
  if (status > 299) throw new Error(`${method} ${path}: ${status} ${text}`);
};
beforeAll(async () => {
  box = await startRunningSignalbox();
  // Before the first request of the client: what the authorizer knows of it is a minute old at times.
  await administer('PATCH', `/v1/admin/clients/${box.client.clientId}`, {
    callback_types: ['message.delivered', 'message.failed', 'message.expired', 'message.received'],
    national_languages: ['hi'],
  });
  await administer('POST', '/v1/admin/numbers', { number: shortCode, client_id: box.client.clientId });
});
afterAll(() => box?.stop());

const priceCents = 5;
const number = (suffix: string): string => `49170123${suffix}`;

const receivedBy = (destination: string) => box.smsc.received().filter((record) => record.destination === destination);

const moved = (before: AccountView, after: AccountView) => ({
  available: after.available_cents - before.available_cents,
  held: after.held_cents - before.held_cents,
  captured: after.captured_cents - before.captured_cents,
});

/** The callback that a final message brings, with its signature verified. */
const callbackOf = async (id: string) => {
  const found = await until(`a callback for ${id}`, () => box.callbacksFor(id)[0]);
  expect(found.verdict).toBe('valid');
  return JSON.parse(found.body ?? '') as {
    id: string;
    type: string;
    created_at: string;
    data: Record<string, unknown>;
  };
};

describe('a long text arrives as it was written', () => {
  // A part of a long text holds 66 units: 65 and the emoji's two would be one too many.
  const withEmoji = `${'a'.repeat(65)}😀${'b'.repeat(234)}`;
  // Or 152 septets: the euro's two begin a part, or would be cut between ESC and their code.
  const euroFirst = `${'x'.repeat(152)}€${'x'.repeat(152)}`;
  const euroCut = `${'x'.repeat(151)}€${'x'.repeat(151)}`;

  test.each([
    {
      what: '300 characters with an emoji',
      to: number('1001'),
      text: withEmoji,
      dataCoding: 8,
      lengths: [65, 66, 66, 66, 38],
    },
    { what: 'a € behind a part border', to: number('1002'), text: euroFirst, dataCoding: 0, lengths: [152, 151, 2] },
    { what: 'a € over a part border', to: number('1005'), text: euroCut, dataCoding: 0, lengths: [151, 151, 1] },
    { what: '160 septets', to: number('1003'), text: '{'.repeat(80), dataCoding: 0, lengths: [80] },
    { what: '70 units', to: number('1004'), text: 'ж'.repeat(70), dataCoding: 8, lengths: [70] },
  ])('$what', patience, async ({ to, text, dataCoding, lengths }) => {
    const { id, parts, cost_cents } = await box.send({ to, text });
    expect([parts, cost_cents]).toEqual([lengths.length, lengths.length * priceCents]);
    const view = await box.waitForFinal(id);
    expect(view).toMatchObject({ status: 'DELIVERED', captured_cents: cost_cents, released_cents: 0 });
    expect(box.smsc.messages().filter(({ destination }) => destination === to)).toMatchObject([
      { text, complete: true, duplicate_parts: 0, data_coding: dataCoding, total: lengths.length },
    ]);
    const records = receivedBy(to).toSorted((a, b) => (a.part?.number ?? 0) - (b.part?.number ?? 0));
    expect(records.map((record) => record.text?.length)).toEqual(lengths);
    expect(records.every((record) => record.text?.isWellFormed())).toBe(true);
    expect(records.map(({ esm_class }) => esm_class)).toEqual(lengths.map(() => (lengths.length > 1 ? 0x40 : 0)));
    expect(new Set(records.map(({ part }) => part?.reference)).size).toBe(1);
    // None ends in an escape that has lost its character.
    for (const { data_hex } of records) if (dataCoding === 0) expect(data_hex).not.toMatch(/1b$/);
  });
});

describe('each of the simulator’s destinations ends as it should', () => {
  const delivered = { status: 'DELIVERED', captured_cents: priceCents, released_cents: 0, error: null } as const;
  const failed = { status: 'FAILED_PERM', captured_cents: 0, released_cents: priceCents } as const;
  const cases = [
    { suffix: '0001', ends: { ...failed, error: 'command_status 0x0000000b' }, type: 'message.failed', seen: [0x0b] },
    { suffix: '0002', ends: { ...failed, error: 'receipt UNDELIVERABLE 001' }, type: 'message.failed', seen: [0] },
    { suffix: '0003', ends: delivered, type: 'message.delivered', seen: [0x58, 0x58, 0] },
    { suffix: '0004', ends: delivered, type: 'message.delivered', seen: [0] },
    { suffix: '0006', ends: delivered, type: 'message.delivered', seen: [0] },
    { suffix: '0099', ends: delivered, type: 'message.delivered', seen: [0] },
  ] as const;

  test.each(cases)('$suffix: $ends.status', patience, async ({ suffix, ends, type, seen }) => {
    const before = await box.account();
    const { id } = await box.send({ to: number(suffix), text: `to ${suffix}`, reference: suffix });
    expect(await box.waitForFinal(id)).toMatchObject({ ...ends, attempt: 1, possible_duplicate: false });
    expect(receivedBy(number(suffix)).map(({ command_status }) => command_status)).toEqual(seen);
    const captured = ends.captured_cents;
    expect(moved(before, await box.account())).toEqual({ available: 0 - captured, held: 0, captured });
    const callback = await callbackOf(id);
    expect(callback).toMatchObject({ type, data: { message_id: id, status: ends.status, reference: suffix } });
    expect(callback.data).toMatchObject({ captured_cents: captured, released_cents: priceCents - captured });
  });

  test(
    '0005: SENT with its credit held, until its time is over; then the client’s policy decides',
    patience,
    async () => {
      const before = await box.account();
      const { id } = await box.send({ to: number('0005'), text: 'no receipt' });
      await box.waitForStatus(id, 'SENT');
      expect(moved(before, await box.account())).toEqual({ available: -priceCents, held: priceCents, captured: 0 });
      await box.query(`UPDATE messages SET expires_at = now() - interval '73 hours' WHERE id = $1`, [id]);
      const expired = await until(
        'it expires',
        async () => {
          await box.cloud.runSchedule('remove-expired');
          const view = await box.message(id);
          return view.final_at !== null && view;
        },
        { everyMs: 1_000 },
      );
      expect(expired).toMatchObject({ status: 'EXPIRED', captured_cents: priceCents, released_cents: 0 });
      expect(moved(before, await box.account())).toEqual({ available: -priceCents, held: 0, captured: priceCents });
      expect(await callbackOf(id)).toMatchObject({ type: 'message.expired', data: { status: 'EXPIRED' } });
    },
  );
});

test('ten of ten receipts that come before their response are joined', patience, async () => {
  const recipients = Array.from({ length: 10 }, (_, n) => number(`8${n}0004`));
  const sent = await Promise.all(recipients.map((to) => box.send({ to, text: 'early' })));
  for (const { id } of sent)
    expect(await box.waitForFinal(id)).toMatchObject({ status: 'DELIVERED', attempt: 1, possible_duplicate: false });
  expect(recipients.map((to) => receivedBy(to).length)).toEqual(recipients.map(() => 1));
});

describe('sixty at once', () => {
  const together = (key: string, bodies: readonly object[], headers: Record<string, string> = {}) =>
    Promise.all(bodies.map((body) => box.api<AcceptedMessage>('POST', '/v1/messages', { key, body, headers })));

  test.each([
    { credit: 'plenty', creditCents: 1_000, to: number('2001') },
    { credit: 'just enough for one', creditCents: priceCents, to: number('2002') },
  ])('of one idempotent request are one message, with $credit', patience, async ({ creditCents, to }) => {
    const { clientId, apiKey } = await box.issueClient({ creditCents });
    const bodies = Array.from({ length: 60 }, () => ({ to, text: 'once' }));
    const answers = await together(apiKey, bodies, { 'idempotency-key': 'once' });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const [first] = answers;
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([first?.text]));
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(59);
    await until('it is delivered', async () => {
      const view = await box.message(first?.body.id ?? '', apiKey);
      return view.status === 'DELIVERED';
    });
    expect(await box.query('SELECT state FROM messages WHERE client_id = $1', [clientId])).toHaveLength(1);
    expect(receivedBy(to)).toHaveLength(1);
    expect(await box.account(apiKey)).toMatchObject({
      available_cents: creditCents - priceCents,
      held_cents: 0,
      captured_cents: priceCents,
    });
  });

  test('different ones are as many messages as the credit covers, and no more', patience, async () => {
    const { apiKey } = await box.issueClient({ creditCents: 3 * priceCents + 4 });
    const bodies = Array.from({ length: 60 }, (_, i) => ({ to: number('2003'), text: `number ${i}` }));
    const answers = await together(apiKey, bodies);
    const counts = Map.groupBy(answers, ({ status }) => status);
    expect([counts.get(202)?.length, counts.get(402)?.length]).toEqual([3, 57]);
    expect((await box.account(apiKey)).available_cents).toBe(4);
  });
});

test('a message for soon goes by itself, and no earlier than it was asked for', patience, async () => {
  const to = number('3001');
  const send_at = new Date(Date.now() + 3_000).toISOString();
  const { id, status } = await box.send({ to, text: 'soon', send_at });
  expect(status).toBe('SCHEDULED');
  expect(await box.waitForFinal(id)).toMatchObject({ status: 'DELIVERED' });
  expect(receivedBy(to)).toHaveLength(1);
  expect(Date.parse(receivedBy(to)[0]?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(send_at));
});

test('a message for later is on no queue until dispatch-due finds it near', patience, async () => {
  const to = number('3002');
  const { id } = await box.send({ to, text: 'later', send_at: new Date(Date.now() + 3_600_000).toISOString() });
  await box.cloud.runSchedule('dispatch-due');
  const isQueued = async () =>
    (
      await box.query<{ queued: boolean }>('SELECT queued_at IS NOT NULL AS queued FROM messages WHERE id = $1', [id])
    )[0]?.queued;
  expect(await isQueued()).toBe(false);
  await box.query(`UPDATE messages SET next_attempt_at = now() + interval '2 seconds' WHERE id = $1`, [id]);
  // A run may still be under way, and then this one does nothing.
  const dispatched = async () => {
    await box.cloud.runSchedule('dispatch-due');
    return isQueued();
  };
  await until('it is queued', dispatched, { everyMs: 500, withinMs: 20_000 });
  expect(await box.waitForFinal(id)).toMatchObject({ status: 'DELIVERED' });
  expect(receivedBy(to)).toHaveLength(1);
});

describe('what a telephone sends', () => {
  interface Told {
    readonly inbound_id: string;
    readonly from: string;
    readonly text: string | null;
    readonly command: string | null;
  }
  const toldOf = (source: string): Told[] =>
    box.callbacks
      .received()
      .map(({ body }) => JSON.parse(body ?? '{}') as { type: string; data: Told })
      .filter(({ type, data }) => type === 'message.received' && data.from === source)
      .map(({ data }) => data);
  /** Each part by itself, as the SMSC has them from the network. */
  const inject = (source: string, parts: readonly { readonly udh: Buffer; readonly data: Buffer }[]) => {
    for (const { udh, data } of parts)
      box.smsc.injectMo({
        source,
        destination: shortCode,
        data_hex: data.toString('hex'),
        udh_hex: udh.toString('hex'),
        data_coding: 8,
      });
  };

  test(
    'is one message, in whatever order and however often its parts come, and its client is told once',
    patience,
    async () => {
      const text = `Grüße 😀 ${'y'.repeat(200)}ő`;
      const cut = segmentText({ text, encoding: 'ucs2', reference: 0x1234 });
      if (cut.outcome === 'refused') throw new Error(cut.reason);
      const [first, second, third, ...rest] = cut.parts;
      if (!first || !second || !third) throw new Error('It is too short');
      inject(number('7001'), [third, first, first, ...rest, third, second, second]);
      const told = await until('the client is told', () => toldOf(number('7001'))[0]);
      expect(told).toMatchObject({ text, parts: cut.parts.length, is_complete: true, to: shortCode });
      const list = await box.api<{ messages: object[] }>('GET', `/v1/inbound-messages?from=${number('7001')}`);
      expect(list.body.messages).toMatchObject([{ id: told.inbound_id, text, is_complete: true }]);
      expect(toldOf(number('7001'))).toHaveLength(1);
    },
  );

  test('is stored as octets when it is no text, and as nobody’s when its number is', patience, async () => {
    box.smsc.injectMo({ source: number('7002'), destination: '12345', data_hex: '00ff1b80', data_coding: 4 });
    const stored = () => box.query('SELECT * FROM inbound_messages WHERE source_addr = $1', [number('7002')]);
    await until('it is stored', async () => (await stored()).length > 0);
    expect(await stored()).toMatchObject([{ body: null, data_hex: '00ff1b80', data_coding: 4, client_id: null }]);
  });

  test('as STOP keeps every other message from it, and is answered once, for nothing', patience, async () => {
    const source = number('7003');
    const before = await box.account();
    for (const text of ['Stop', ' STOP. ', 'stop']) box.smsc.injectMo({ source, destination: shortCode, text });
    await until('the client is told', () => toldOf(source).length === 3);
    const answers = () => box.smsc.messages().filter(({ destination }) => destination === source);
    await until('it is answered', () => answers().length > 0);
    const refused = await box.api('POST', '/v1/messages', { body: { to: source, text: 'still there?' } });
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'recipient.opted_out' }]);
    box.smsc.injectMo({ source, destination: shortCode, text: 'START' });
    await until('it is answered', () => answers().length > 1);
    expect(answers().map(({ text }) => text?.includes(shortCode))).toEqual([true, true]);
    const { id, cost_cents } = await box.send({ to: source, text: 'welcome back' });
    await box.waitForFinal(id);
    expect(moved(before, await box.account())).toMatchObject({ captured: cost_cents });
    expect(answers()).toHaveLength(3);
  });

  test('is answered in its own alphabet by a client that wants it, in fewer parts than UCS-2', patience, async () => {
    const to = number('7004');
    const text = 'नमस्ते, आपका ऑर्डर भेज दिया गया है। '.repeat(3);
    const sent = await box.send({ to, text });
    expect(sent).toMatchObject({ encoding: 'gsm7', language: 'hi', parts: 1, ucs2_because: null });
    expect(await box.waitForFinal(sent.id)).toMatchObject({ status: 'DELIVERED', text, language: 'hi' });
    const [record] = receivedBy(to);
    expect([record?.udh_hex, record?.data_coding, record?.esm_class]).toEqual(['06240106250106', 0, 0x40]);
    const octets = Buffer.from(record?.data_hex ?? '', 'hex');
    expect(decodeGsm7(octets, alphabetOf({ locking: 6, single: 6 }))).toBe(text);
  });

  test('is stored whole when it is as long as can be, and many come at once', patience, async () => {
    // Control characters take the most room in JSON: twelve are more than one call takes, of SQS or of the Data API.
    const longest = { destination: '12345', data_hex: '01'.repeat(0xffff), data_coding: 3 };
    for (let n = 0; n < 12; n++) box.smsc.injectMo({ source: number('7005'), ...longest });
    const stored = await until('twelve are stored', async () => {
      const rows = await box.query<{ octets: number; characters: number; parts: number }>(
        'SELECT length(data_hex) / 2 AS octets, length(body) AS characters, parts FROM inbound_messages WHERE source_addr = $1',
        [number('7005')],
      );
      return rows.length >= 12 && rows;
    });
    expect(stored).toEqual(stored.map(() => ({ octets: 0xffff, characters: 10_000, parts: 1 })));
    expect(stored).toHaveLength(12);
  });
});

test('every callback was signed, no id was called twice, and all books balance', patience, async () => {
  const received = box.callbacks.received();
  expect(received.map(({ verdict }) => verdict)).toEqual(received.map(() => 'valid'));
  const ids = received.map(({ body }) => (JSON.parse(body ?? '{}') as { id: string }).id);
  expect(ids.length).toBeGreaterThan(8);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await unbalancedClients(box)).toEqual([]);
  const open = `SELECT state FROM messages WHERE state NOT IN ('DELIVERED', 'FAILED_PERM', 'EXPIRED')`;
  await until('every message is final', async () => (await box.query(open)).length === 0);
});
