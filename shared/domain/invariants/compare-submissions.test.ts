import { expect, test } from 'vitest';
import { compareSubmissions, countDuplicates, type SentPart, type TakenSubmit } from './compare-submissions.ts';

const part = (given: Partial<SentPart> = {}): SentPart => ({
  message_id: 'message-1',
  number: 1,
  parts: 1,
  recipient: '491700000009',
  concat_reference: 7,
  body_hash: 'hello',
  unknown_times: 0,
  smsc_message_ids: ['a'],
  ...given,
});
const submit = (given: Partial<TakenSubmit> = {}): TakenSubmit => ({
  smsc_message_id: 'a',
  destination: '491700000009',
  part: null,
  body_hash: 'hello',
  ...given,
});
const rules = (parts: SentPart[], taken: TakenSubmit[]) => compareSubmissions(parts, taken).map(({ rule }) => rule);

test('each part taken once under the id it knows is no finding', () => {
  const two = part({ message_id: 'message-2', parts: 2, number: 2, smsc_message_ids: ['b'] });
  const taken = [
    submit(),
    submit({ smsc_message_id: 'b', part: { number: 2, total: 2, reference: 7 }, body_hash: '' }),
  ];
  expect(compareSubmissions([part(), two], taken)).toEqual([]);
  expect(countDuplicates([part(), two], taken)).toBe(0);
});

test('a second submit is a duplicate, unless the part’s fate had become unknown', () => {
  const taken = [submit(), submit({ smsc_message_id: 'b' })];
  expect(rules([part()], taken)).toEqual(['smsc/once']);
  expect(rules([part({ unknown_times: 1 })], taken)).toEqual([]);
  expect(countDuplicates([part({ unknown_times: 1 })], taken)).toBe(1);
  expect(rules([part({ unknown_times: 1 })], [...taken, submit({ smsc_message_id: 'c' })])).toEqual(['smsc/once']);
});

test('the same text to the same number twice is two messages, and no duplicate', () => {
  const lost = { unknown_times: 1, smsc_message_ids: [] };
  const parts = [part(lost), part({ ...lost, message_id: 'message-2' })];
  expect(
    rules(
      parts,
      ['a', 'b', 'c', 'd'].map((smsc_message_id) => submit({ smsc_message_id })),
    ),
  ).toEqual([]);
});

test('a submit that belongs to no part is found, without its full number', () => {
  expect(compareSubmissions([], [submit()])).toEqual([
    {
      rule: 'smsc/owned',
      subject: 'submission',
      id: 'a',
      messageId: null,
      problem: 'taken for …009, and no part is behind it',
    },
  ]);
});

test('a part that counts as sent, and that the SMSC does not have, is found', () => {
  expect(rules([part()], [])).toEqual(['smsc/seen']);
  expect(rules([part({ smsc_message_ids: [] })], [])).toEqual([]);
});
