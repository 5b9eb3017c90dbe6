import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandStatuses } from './command-status.ts';
import { decodePdu } from './decode.ts';
import { encodePdu, encodePduInto, type OutgoingPdu, pduLengthBound } from './encode.ts';
import { type CommandName, commandIds, headerLength, type Pdu, type PduOf } from './pdu.ts';
import { anyOctets, anyPdu, commandNames, pduOf, tlvNames, tlvValueOf } from './pdu-arbitraries.ts';
import { PduError } from './pdu-error.ts';

const encodeAny = (pdu: Pdu): Buffer => encodePdu(pdu as OutgoingPdu<CommandName>);

const frameOf = (commandId: number, body: Buffer, sequenceNumber = 7, status = 0): Buffer => {
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE(headerLength + body.length, 0);
  header.writeUInt32BE(commandId, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequenceNumber, 12);
  return Buffer.concat([header, body]);
};

const errorOf = (run: () => unknown): PduError => {
  try {
    run();
  } catch (error) {
    if (error instanceof PduError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const submit = (body: OutgoingPdu<'submit_sm'>['body'], sequenceNumber = 1) =>
  encodePdu({ command: 'submit_sm', commandStatus: 0, sequenceNumber, body });

const decodeAs = <Command extends CommandName>(_command: Command, frame: Buffer): PduOf<Command> =>
  decodePdu(frame) as Pdu & PduOf<Command>;

const dataSm = { command: 'data_sm', commandStatus: 0, sequenceNumber: 1 } as const;

const submitFrame = (...tail: number[]) =>
  frameOf(commandIds.submit_sm, Buffer.from([...new Array<number>(16).fill(0), 0, ...tail]));

describe('what is encoded comes back', () => {
  test.each(commandNames)('as it was: %s', (command) => {
    fc.assert(
      fc.property(pduOf(command), (pdu) => {
        expect(decodePdu(encodeAny(pdu))).toEqual(pdu);
      }),
    );
  });

  test.each(tlvNames)('as it was: the optional parameter %s', (name) => {
    fc.assert(
      fc.property(tlvValueOf(name), (value) => {
        const tlvs = { [name]: value };
        expect(decodeAs('data_sm', encodePdu({ ...dataSm, body: { tlvs } })).body.tlvs).toEqual(tlvs);
      }),
    );
  });

  test('within the bound that was promised, at any offset, touching nothing else', () => {
    fc.assert(
      fc.property(anyPdu, fc.nat(50), (pdu, offset) => {
        const outgoing = pdu as OutgoingPdu<CommandName>;
        const bound = pduLengthBound(outgoing);
        const target = Buffer.alloc(offset + bound + 10, 0xaa);
        const end = encodePduInto(target, offset, outgoing);
        expect(end - offset).toBeLessThanOrEqual(bound);
        expect(target.subarray(offset, end)).toEqual(encodeAny(pdu));
        expect(target.subarray(0, offset).every((octet) => octet === 0xaa)).toBe(true);
        expect(target.subarray(offset + bound).every((octet) => octet === 0xaa)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('the octets of a submit_multi and its response are those of the specification', () => {
    const frame = encodePdu({
      command: 'submit_multi',
      commandStatus: 0,
      sequenceNumber: 1,
      body: {
        dest_addresses: [
          { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '49' },
          { dest_flag: 2, dl_name: 'all' },
        ],
        short_message: Buffer.from('hi'),
      },
    });
    expect(frame.subarray(4).toString('hex')).toBe(
      `${'00000021'}${'00000000'}${'00000001'}00${'000000'}02${'010101343900'}${'02616c6c00'}${'000000'}00${'00'}${'00000000'}02${'6869'}`,
    );
    const response = encodePdu({
      command: 'submit_multi_resp',
      commandStatus: 0,
      sequenceNumber: 1,
      body: {
        message_id: 'a',
        unsuccess_smes: [{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '4', error_status_code: 0x0b }],
      },
    });
    expect(response.subarray(headerLength).toString('hex')).toBe(`610001${'01013400'}${'0000000b'}`);
  });

  test('the octets of a submit_sm are those of the specification', () => {
    const frame = submit({
      source_addr: 'A',
      dest_addr_ton: 1,
      destination_addr: '49',
      short_message: Buffer.from('hi'),
    });
    expect(frame.toString('hex')).toBe(
      `${'00000026'}${'00000004'}${'00000000'}${'00000001'}00${'0000'}4100${'0100'}343900${'000000'}00${'00'}${'00000000'}02${'6869'}`,
    );
  });
});

describe('any octets', () => {
  const onlyPduErrors = (frame: Buffer) => {
    try {
      decodePdu(frame);
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      expect(error.commandId).toBe(frame.readUInt32BE(4));
      expect(error.sequenceNumber).toBe(frame.readUInt32BE(12));
      expect(error.commandStatus).toBeGreaterThan(0);
    }
  };

  test('behind any command_id make the decoder throw nothing but PduError', () => {
    const id = fc.oneof(fc.constantFrom(...Object.values(commandIds)), fc.integer({ min: 0, max: 0xffffffff }));
    fc.assert(
      fc.property(id, anyOctets(0, 120), (commandId, body) => onlyPduErrors(frameOf(commandId, body))),
      { numRuns: 5000 },
    );
  });

  test('in place of one octet of a good PDU, or a cut of it, make it throw nothing but PduError', () => {
    fc.assert(
      fc.property(anyPdu, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(), (pdu, at, octet, cut) => {
        const frame = encodeAny(pdu);
        frame[at % frame.length] = octet;
        onlyPduErrors(frame);
        onlyPduErrors(frame.subarray(0, headerLength + (cut % (frame.length - headerLength + 1))));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a response may be its header alone', () => {
  const responses = commandNames.filter((name) => name.endsWith('_resp'));
  test.each(responses)('%s', (name) => {
    const pdu = decodePdu(frameOf(commandIds[name], Buffer.alloc(0), 9, 0x58));
    expect(pdu).toMatchObject({ command: name, commandStatus: 0x58, sequenceNumber: 9 });
  });

  test('but a submit_sm may not, either way', () => {
    expect(errorOf(() => decodePdu(frameOf(commandIds.submit_sm, Buffer.alloc(0)))).commandId).toBe(4);
    expect(() => submit(null)).toThrow(PduError);
  });
});

describe('the limits of the specification are kept both ways', () => {
  const number = (length: number) => '1'.repeat(length);

  test.each([
    ['destination_addr', number(21), commandStatuses.ESME_RINVDSTADR],
    ['destination_addr', '49\u00001', commandStatuses.ESME_RINVDSTADR],
    ['source_addr', 'Müller', commandStatuses.ESME_RINVSRCADR],
    ['source_addr', '\u0100', commandStatuses.ESME_RINVSRCADR],
    ['service_type', 'TOOLONG', commandStatuses.ESME_RINVSERTYP],
    ['validity_period', '2601', commandStatuses.ESME_RINVEXPIRY],
    ['schedule_delivery_time', `${number(15)}+R`, commandStatuses.ESME_RINVSCHED],
    ['short_message', Buffer.alloc(255), commandStatuses.ESME_RINVMSGLEN],
    ['data_coding', 256, commandStatuses.ESME_RINVCMDLEN],
    ['esm_class', -1, commandStatuses.ESME_RINVESMCLASS],
    ['esm_class', 0.5, commandStatuses.ESME_RINVESMCLASS],
  ])('%s %s is not sent', (name, value, status) => {
    expect(errorOf(() => submit({ [name]: value })).commandStatus).toBe(status);
  });

  test.each([
    ['destination_addr', number(20)],
    ['validity_period', '000001000000000R'],
    ['short_message', Buffer.alloc(254)],
    ['short_message', Buffer.alloc(0)],
  ])('%s %s is', (name, value) => {
    expect(decodeAs('submit_sm', submit({ [name]: value })).body).toMatchObject({ [name]: value });
  });

  test('an sm_length larger than the rest is refused', () => {
    const frame = submit({ short_message: Buffer.from('hello') });
    frame[frame.length - 6] = 6;
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVMSGLEN);
  });

  test('an sm_length of 255 is refused though the octets are there', () => {
    const frame = frameOf(
      commandIds.deliver_sm,
      Buffer.concat([Buffer.alloc(16), Buffer.from([255]), Buffer.alloc(255)]),
    );
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVMSGLEN);
  });

  test('a message id without its NUL is refused', () => {
    const frame = frameOf(commandIds.submit_sm_resp, Buffer.from('abc'));
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVMSGID);
  });

  test('a text in short_message and in message_payload is refused both ways', () => {
    const both = { short_message: Buffer.from('a'), tlvs: { message_payload: Buffer.from('b') } };
    expect(errorOf(() => submit(both)).commandStatus).toBe(commandStatuses.ESME_ROPTPARNOTALLWD);
    const frame = Buffer.concat([submit({ short_message: Buffer.from('a') }), Buffer.from([0x04, 0x24, 0, 1, 0x62])]);
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_ROPTPARNOTALLWD);
  });

  test('a message_payload of 65,535 octets is carried', () => {
    const payload = Buffer.alloc(65_535, 0x41);
    expect(decodeAs('submit_sm', submit({ tlvs: { message_payload: payload } })).body?.tlvs.message_payload).toEqual(
      payload,
    );
  });
});

describe('the lists of submit_multi', () => {
  const multi = (...list: number[]) =>
    frameOf(commandIds.submit_multi, Buffer.from([0, 0, 0, 0, ...list, ...new Array<number>(10).fill(0)]));

  test.each([
    ['no destination', [0], commandStatuses.ESME_RINVNUMDESTS],
    ['255 destinations', [255], commandStatuses.ESME_RINVNUMDESTS],
    ['a dest_flag of 3', [1, 3], commandStatuses.ESME_RINVDESTFLAG],
    ['more destinations than follow', [200, 2, 0x61, 0], commandStatuses.ESME_RINVDESTFLAG],
    ['a dl_name without its end', [1, 2, ...new Array<number>(30).fill(0x61)], commandStatuses.ESME_RINVDLNAME],
  ])('%s is refused', (_, list, status) => {
    expect(errorOf(() => decodePdu(multi(...list))).commandStatus).toBe(status);
  });

  test('more unsuccessful SMEs than follow are refused', () => {
    const frame = frameOf(commandIds.submit_multi_resp, Buffer.from([0, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]));
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVCMDLEN);
  });

  test.each([0, 255])('%d destinations are not sent', (length) => {
    const dest_addresses = Array.from({ length }, () => ({ dest_flag: 2 as const, dl_name: 'a' }));
    const body = { dest_addresses };
    const encode = () => encodePdu({ command: 'submit_multi', commandStatus: 0, sequenceNumber: 1, body });
    expect(errorOf(encode).commandStatus).toBe(commandStatuses.ESME_RINVNUMDESTS);
  });
});

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

test('an unknown command_id is refused as ESME_RINVCMDID', () => {
  expect(errorOf(() => decodePdu(frameOf(0x22, Buffer.alloc(3), 5)))).toMatchObject({
    commandId: 0x22,
    sequenceNumber: 5,
    commandStatus: commandStatuses.ESME_RINVCMDID,
  });
});
