import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandStatuses } from './command-status.ts';
import { decodePdu } from './decode.ts';
import { encodePdu, encodePduInto, type OutgoingPdu, pduLengthBound } from './encode.ts';
import { type CommandName, commandIds, headerLength, type Pdu } from './pdu.ts';
import { anyOctets, anyPdu, commandNames, pduOf, tlvNames, tlvValueOf } from './pdu-arbitraries.ts';
import { PduError } from './pdu-error.ts';
import { decodeAs, errorOf, frameOf, submit } from './raw-frames.ts';

const encodeAny = (pdu: Pdu): Buffer => encodePdu(pdu as OutgoingPdu<CommandName>);

const dataSm = { command: 'data_sm', commandStatus: 0, sequenceNumber: 1 } as const;

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

test('an unknown command_id is refused as ESME_RINVCMDID', () => {
  expect(errorOf(() => decodePdu(frameOf(0x22, Buffer.alloc(3), 5)))).toMatchObject({
    commandId: 0x22,
    sequenceNumber: 5,
    commandStatus: commandStatuses.ESME_RINVCMDID,
  });
});
