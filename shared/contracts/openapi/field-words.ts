/**
 * What a field is, by its name, wherever its own schema does not say: a name means one thing throughout the API. Said
 * once here, since requests, answers and lists have most of them in common.
 */
export const fieldWords: Readonly<Record<string, string>> = {
  accepted: 'What was accepted, in the order of the request.',
  action: 'What was done: `client.created`, say.',
  actor_client_id: 'Whose key did it.',
  actor_key_id: 'Which key did it.',
  allowed_countries: 'ISO 3166-1 alpha-2 codes of the countries that may be sent to; null: all.',
  allowed_senders: 'Senders that may be used beside the default one; null: any.',
  amount_cents: 'How much moves.',
  at: 'When it happened.',
  attempt: 'Counted from 1.',
  available_cents: 'What can be spent: neither held nor captured.',
  burst: 'How many requests may come at once.',
  callback_types: 'What the client is told of.',
  callback_url:
    'Where the client is told: https, a public host, port 443. Of a message: in place of that of the settings.',
  callbacks: 'The page.',
  captured_cents: 'What has been paid for good.',
  checks: 'Each dependency, and `ok` or what is wrong with it.',
  client_id: 'The id of the client.',
  clients: 'The page.',
  code: 'What went wrong, in a word that does not change: branch on it.',
  cost_cents: 'The price of all its parts.',
  country: 'ISO 3166-1 alpha-2 of the number; null: none.',
  country_name: 'The country that the prefix belongs to, in English.',
  created_at: 'When it was made.',
  daily_spend_cap_cents: 'How much may be held within a day (UTC); null: no limit.',
  data: 'What the body of the callback has under this name.',
  data_coding: 'SMPP data_coding of a binary message, 0 to 255.',
  data_hex: 'User data of a binary message in hexadecimal, without its header. In place of `text`.',
  default_sender: 'Who a message is from when it does not say.',
  detail: 'The particulars.',
  dry_run: 'Only say what it would come to: nothing is written, and nothing sent.',
  encoding: '`auto` takes GSM 7-bit where the text fits it, else UCS-2; `binary` is for `data_hex`.',
  entries: 'In the order that the list promises.',
  error: 'Why it failed: a code of this API, or what the SMSC said; null: it has not.',
  errors: 'Each field that is wrong.',
  expires_at: 'When it ends if nothing else has ended it; null: never.',
  final_at: 'When it became final; null: it is not.',
  finished_at: 'When it was finished; null: it is not.',
  from: 'The sender: a number of 3 to 15 digits, or 1 to 11 letters, digits, space or ._&+-.',
  granted_cents: 'All that was ever given: available + held + captured.',
  held_cents: 'What is held for messages under way.',
  history: 'What happened, the oldest first.',
  id: 'Its id: UUID v7, or that of an API key.',
  index: 'Its place in the request, from 0.',
  is_test: 'Of a test key: delivered to the built-in simulator, and never billed.',
  keys: 'The page, without the secrets.',
  kind: 'What sort of movement it is.',
  last_error: 'Why the last attempt failed; null: it did not, or there was none.',
  low_balance_cents: '`account.low_balance` is called back once what is available falls below it; null: never.',
  max_parts: 'The most parts that it may take, 1 to 255.',
  message: 'What is wrong with it.',
  message_id: 'The message that it is about.',
  messages: 'The messages, or how many.',
  metadata: 'Up to 20 names, each with a text, kept with the message.',
  msisdn: 'A number in E.164, without the plus sign.',
  name: 'What it is called by.',
  number: 'Which part, from 1.',
  openapi: 'The version of OpenAPI.',
  opt_outs: 'The page.',
  part: 'Which part, from 1; null: all of the message.',
  part_price_cents: 'What a part costs.',
  parts: 'The parts of the message, or how many.',
  path: 'Where it stands in the body or the query; empty: all of it.',
  possible_duplicate: 'Whether it may have been sent twice, for an SMSC that never answered.',
  prefix: 'The digits that numbers begin with, country code first.',
  prefix_messages_per_hour:
    'How many messages may go within an hour to numbers whose first 7 digits are alike; null: no limit.',
  prices: 'The prices, or how many.',
  priority: '`high` goes before `normal`, and that before `bulk`.',
  problem: 'Why it is refused; null: it is not.',
  protocol_id: 'TS 23.040 TP-PID of a binary message, 0 to 255.',
  queue: 'Its name.',
  queues: 'Every dead-letter queue.',
  rate_per_second: 'How many requests a second, in the long run.',
  reason: 'Why, in words for the ledger.',
  reference: 'A text of yours, kept with the message.',
  rejected: 'What was refused, in the order of the request.',
  released_cents: 'What was held and has been given back.',
  replayed_at: 'When it was last replayed; null: never.',
  request_id: '`x-request-id` of the request.',
  requested_at: 'When it was asked for.',
  revoked_at: 'When it was revoked; null: it is not.',
  scopes: 'What may be done with it.',
  secrets: 'Newest first; each of them signs.',
  send_at: 'When to send it, to the second and at most 30 days ahead; left out: now.',
  smsc_message_ids: 'The ids that the SMSC gave it, one an attempt.',
  source: 'Which part of Signalbox tells it.',
  state: 'Where it stands.',
  status: 'Where it stands; of a problem the HTTP status.',
  subject: 'What it was done to: `client <id>`, `api_key <id>`.',
  suspended: 'Whether the client may do nothing until it is resumed.',
  suspended_at: 'When it was suspended; null: it is not.',
  text: 'The text as it is to be read; null of a binary message.',
  title: 'The code in words.',
  to: 'The recipient in E.164; a plus sign before it may be given.',
  type: 'Which type it is of.',
  types: 'Which types are called back.',
  udh_hex: 'User data header of a binary message in hexadecimal, its length octet first.',
  updated_at: 'When it was last set.',
  url: 'Where callbacks go; null: nowhere.',
  validity_seconds: 'How long it is worth sending from when it is due, 60 s to 7 days.',
  would_be: 'What the message would be.',
};

/** What stands in a path, by the parameter's name, and for `id` by what it is the id of. */
export const pathWords: Readonly<Record<string, string>> = {
  'messages/id': 'The id of the message.',
  'callbacks/id': 'The id of the callback.',
  'erasures/id': 'The id of the erasure.',
  'clients/id': 'The id of the client.',
  'keys/key_id': 'The id of the API key.',
  'opt-outs/msisdn': 'The number in E.164; a plus sign before it (%2B) may be given.',
  'recipients/msisdn': 'The number in E.164; a plus sign before it (%2B) may be given.',
  'prices/prefix': 'The digits that the numbers of the price begin with.',
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const described = (name: string, schema: unknown): unknown => {
  const words = fieldWords[name];
  const inner = describeFields(schema);
  return isObject(inner) && words !== undefined && !('description' in inner) ? { ...inner, description: words } : inner;
};

/** A parameter of a query: its own schema's words stand beside it. */
const isWordless = (part: Readonly<Record<string, unknown>>): part is { readonly name: string } =>
  part.in === 'query' && typeof part.name === 'string' && !('description' in part);

/** A document, or any part of one, in which every field that did not say what it is does so. */
export const describeFields = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(describeFields);
  if (!isObject(part)) return part;
  const words = isWordless(part) ? fieldWords[part.name] : undefined;
  const fields = Object.entries(part).map(([key, value]) => {
    // Where these are the names of fields, and not a field called so, what they hold are schemas.
    if (key === 'properties' && isObject(value) && part.type === 'object')
      return [key, Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, described(name, schema)]))];
    return key === 'example' ? [key, value] : [key, describeFields(value)];
  });
  return { ...Object.fromEntries(fields), ...(words === undefined ? {} : { description: words }) };
};
