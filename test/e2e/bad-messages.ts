/** Bodies for POST /v1/messages that are JSON, and do not fit; with every path that the answer has to name. */

interface Misfit {
  readonly name: string;
  readonly body: object | string;
  readonly paths: readonly string[];
}

const hello = { to: '+491700000101', text: 'hello' };

const field = (name: string, values: readonly unknown[]): Misfit[] =>
  values.map((value) => ({
    name: `${name} ${JSON.stringify(value)?.slice(0, 40)}`,
    body: { ...hello, [name]: value },
    paths: [name],
  }));

const wrongTypes = [null, true, [], {}];

export const misfits: readonly Misfit[] = [
  { name: 'an empty object', body: {}, paths: ['to'] },
  { name: 'an array', body: '[]', paths: [''] },
  { name: 'null', body: 'null', paths: [''] },
  { name: 'a string', body: '"hello"', paths: [''] },
  {
    name: 'everything wrong at once',
    body: {
      to: 'me',
      from: '',
      text: '',
      encoding: 'x',
      priority: 1,
      send_at: 'now',
      validity_seconds: 0,
      max_parts: 0,
      colour: 1,
    },
    paths: ['to', 'from', 'text', 'encoding', 'priority', 'send_at', 'validity_seconds', 'max_parts', 'colour'],
  },
  { name: 'unknown fields', body: { ...hello, txt: 'a', From: 'b' }, paths: ['From', 'txt'] },
  ...field('to', [
    ...wrongTypes,
    491700000101,
    '',
    '0170',
    '+49 170',
    '+4917000001011234',
    '٤٩١٧٠٠٠٠',
    '+491700000101\n',
  ]),
  ...field('from', [...wrongTypes, 'a\u0000b', 'a\nb', 'a\u007fb', '\u0085a', 'twelve chars', ' a', 'Łódź', '12', '+']),
  ...field('text', [...wrongTypes, '', 'a\u0000b', '\ud83d', 'a\ude00b', 'x'.repeat(45_001)]),
  ...field('encoding', [...wrongTypes, 'GSM7', 'latin1']),
  ...field('priority', [...wrongTypes, 'urgent']),
  ...field('send_at', [
    ...wrongTypes,
    'tomorrow',
    '2026-02-30T00:00:00Z',
    '2099-01-01T00:00:00Z',
    '2001-01-01T00:00:00Z',
    1,
  ]),
  ...field('validity_seconds', [...wrongTypes, 59, 604_801, 60.5, -1, '60']),
  ...field('callback_url', [...wrongTypes, `https://signalbox.invalid/${'x'.repeat(2_048)}`]),
  ...field('reference', [...wrongTypes, 'x'.repeat(129), 'a\u0000b', 'a\tb', '\ud83d']),
  ...field('max_parts', [...wrongTypes, 0, 256, 1.5, '1']),
];

const raw = (name: string, value: string) => ({ name: `${name} ${value.slice(0, 40)}`, body: bodyWith(name, value) });
const bodyWith = (name: string, value: string): string => `{"to":"491700000101","text":"x","${name}":${value}}`;

const soon = (suffix: string): string =>
  `"${new Date(Date.now() + 7_200_000).toISOString().replace(/\.\d+Z$/, suffix)}"`;

/** What broke other programs: each is to be accepted or refused, and never to be a fault. */
export const hostileBodies: readonly { readonly name: string; readonly body: string | Uint8Array<ArrayBuffer> }[] = [
  { name: 'arrays, 100,000 deep', body: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
  {
    name: 'a field, 20,000 objects deep',
    body: bodyWith('reference', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
  },
  { name: 'octets that are no UTF-8', body: Uint8Array.from([0x7b, 0xff, 0xfe, 0xc0, 0x80, 0x7d]) },
  {
    name: 'a text of octets that are no UTF-8',
    body: Uint8Array.from(Buffer.from(bodyWith('reference', '"\xff"'), 'latin1')),
  },
  { name: 'a field twice', body: bodyWith('text', '"again"') },
  { name: '10,000 unknown fields', body: `{${Array.from({ length: 10_000 }, (_, i) => `"f${i}":${i}`).join()}}` },
  { name: '__proto__', body: bodyWith('__proto__', '{"to":"491700000102"}') },
  ...['validity_seconds', 'max_parts'].flatMap((name) =>
    ['1e400', '-1e400', '1e308', '9007199254740993', '-0', '1E2', '0.1e4', `1${'0'.repeat(1_000)}`].map((value) =>
      raw(name, value),
    ),
  ),
  raw('reference', '"\\ud83d"'),
  raw('reference', '"\\u0000"'),
  raw('reference', '"\\uffff\\ufffe"'),
  raw('reference', `"'; DROP TABLE messages; --"`),
  raw('text', '"\\u0001\\u001b\\u007f\\u0085\\u2028\\uffff"'),
  raw('text', `"${'é'.repeat(22_000)}"`),
  raw('text', `"${'😀'.repeat(600)}"`),
  raw('callback_url', '"https://signalbox.invalid/\\u0000"'),
  raw('callback_url', '"https://signalbox.invalid/\\ud83d"'),
  raw('callback_url', '"https://signalbox.invalid/\\n\\t a"'),
  raw('callback_url', `"https://${'a.'.repeat(500)}com/"`),
  raw('callback_url', '"https://xn--a/"'),
  raw('send_at', soon('+20:00')),
  raw('send_at', soon('-23:59')),
  raw('send_at', soon(`.${'0'.repeat(200)}Z`)),
  raw('send_at', soon('.1Z')),
  raw('send_at', soon('Z')),
];
