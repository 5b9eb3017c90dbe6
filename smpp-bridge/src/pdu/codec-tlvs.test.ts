import { describe, expect, test } from 'vitest';
import { commandStatuses } from './command-status.ts';
import { decodePdu } from './decode.ts';
import { PduError } from './pdu-error.ts';
import { decodeAs, errorOf, submit, submitFrame } from './raw-frames.ts';

describe('an optional parameter', () => {
  test.each([
    ['of the wrong length', [0x04, 0x27, 0, 2, 0, 2], commandStatuses.ESME_RINVPARLEN],
    ['of no length where it has one', [0x02, 0x04, 0, 0], commandStatuses.ESME_RINVPARLEN],
    ['cut in its value', [0x04, 0x27, 0, 2, 0], commandStatuses.ESME_RINVOPTPARSTREAM],
    ['cut in its tag', [0x04], commandStatuses.ESME_RINVOPTPARSTREAM],
    ['with a NUL inside its string', [0x00, 0x1e, 0, 4, 0x61, 0, 0x62, 0], commandStatuses.ESME_RINVOPTPARAMVAL],
  ])('%s is refused', (_, tail, status) => {
    expect(errorOf(() => decodePdu(submitFrame(...tail))).commandStatus).toBe(status);
  });

  test('of strings ends with its own length, with or without a NUL, and swallows no other', () => {
    const frame = submitFrame(0x00, 0x1e, 0, 2, 0x61, 0x62, 0x04, 0x27, 0, 1, 2);
    expect(decodeAs('submit_sm', frame).body?.tlvs).toEqual({ receipted_message_id: 'ab', message_state: 2 });
    const padded = submitFrame(0x00, 0x1e, 0, 4, 0x61, 0x62, 0, 0);
    expect(decodeAs('submit_sm', padded).body?.tlvs).toEqual({ receipted_message_id: 'ab' });
  });

  test('that comes twice counts once and is kept', () => {
    const frame = submitFrame(0x04, 0x27, 0, 1, 2, 0x04, 0x27, 0, 1, 5);
    const { body } = decodeAs('submit_sm', frame);
    expect(body?.tlvs).toEqual({ message_state: 2 });
    expect(body?.otherTlvs).toEqual([{ tag: 0x0427, value: Buffer.from([5]) }]);
    expect(submit(body)).toEqual(submit({ ...body }));
  });

  test('of a receipt is read in any order, with others around it, and alone', () => {
    const id = [0x00, 0x1e, 0, 3, 0x61, 0x62, 0];
    const state = [0x04, 0x27, 0, 1, 2];
    const error = [0x04, 0x23, 0, 3, 3, 1, 2];
    const both = { receipted_message_id: 'ab', message_state: 2 };
    const read = (...tlvs: number[][]) => decodeAs('submit_sm', submitFrame(...tlvs.flat())).body?.tlvs;
    expect([read(id, state), read(state, id)]).toStrictEqual([both, both]);
    for (const order of [
      [id, state, error],
      [error, id, state],
      [state, error, id],
    ])
      expect(read(...order)).toStrictEqual({ ...both, network_error_code: Buffer.from([3, 1, 2]) });
    expect([read(id), read(state)]).toStrictEqual([{ receipted_message_id: 'ab' }, { message_state: 2 }]);
  });

  test('outside the specification is kept as it stood', () => {
    expect(decodeAs('submit_sm', submitFrame(0x14, 0x01, 0, 2, 1, 2)).body?.otherTlvs).toEqual([
      { tag: 0x1401, value: Buffer.from([1, 2]) },
    ]);
  });

  test.each([
    ['message_state', 256],
    ['user_message_reference', 65_536],
    ['receipted_message_id', 'a\0b'],
    ['receipted_message_id', 'a'.repeat(65)],
    ['network_error_code', Buffer.alloc(2)],
  ])('%s that does not fit its format is not sent', (name, value) => {
    expect(() => submit({ tlvs: { [name]: value } })).toThrow(PduError);
  });
});
