import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePdu } from '../pdu/decode.ts';
import { encodePdu } from '../pdu/encode.ts';
import { anyPdu } from '../pdu/pdu-arbitraries.ts';
import { tracedPdu } from './traced-pdu.ts';

const text = Buffer.from('Your code is 4711');

test('a submit_sm shows its parameters, the end of the number and the length of the text', () => {
  const body = {
    source_addr_ton: 5,
    source_addr: 'SIGNALBOX',
    dest_addr_ton: 1,
    destination_addr: '491701234567',
    short_message: text,
    tlvs: { user_message_reference: 0 },
  };
  expect(tracedPdu({ command: 'submit_sm', commandStatus: 0, sequenceNumber: 9, body })).toEqual({
    command: 'submit_sm',
    sequence: 9,
    status: 'ESME_ROK',
    fields: {
      source_addr_ton: 5,
      source_addr: 'SIGNALBOX',
      dest_addr_ton: 1,
      destination_addr: '…567',
      short_message: '17 octets',
      user_message_reference: 0,
    },
  });
});

test('a refusal is shown in words, with or without a body', () => {
  const refusal = { command: 'submit_sm_resp', commandStatus: 0x58, sequenceNumber: 9, body: null } as const;
  expect(tracedPdu(refusal)).toMatchObject({ status: 'ESME_RTHROTTLED', fields: {} });
  expect(tracedPdu({ ...refusal, commandStatus: 0x401 })).toMatchObject({ status: '0x00000401' });
});

test('the password of a bind is not shown', () => {
  const body = { system_id: 'acme', password: 'secret08' };
  const traced = tracedPdu({ command: 'bind_transceiver', commandStatus: 0, sequenceNumber: 1, body });
  expect(traced.fields).toEqual({ system_id: 'acme', password: '***' });
});

test('a receipt says what was read from it, and its text stays hidden', () => {
  const receipt = Buffer.from('id:0A1B sub:001 dlvrd:001 stat:UNDELIV err:011 text:Your code');
  const frame = encodePdu({
    command: 'deliver_sm',
    commandStatus: 0,
    sequenceNumber: 3,
    body: { esm_class: 0x04, source_addr: '491701234567', short_message: receipt },
  });
  const traced = tracedPdu(decodePdu(frame));
  expect(traced.receipt).toEqual({ id: '0A1B', state: 'UNDELIVERABLE', error: '011', final: true });
  expect(JSON.stringify(traced)).not.toContain('Your code');
});

test('destinations of a list are masked one by one, and unknown optional parameters are named by their tag', () => {
  const body = {
    dest_addresses: [
      { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '491701234567' },
      { dest_flag: 2, dl_name: 'staff' },
    ],
    otherTlvs: [{ tag: 0x1401, value: text }],
  };
  expect(tracedPdu({ command: 'submit_multi', commandStatus: 0, sequenceNumber: 1, body }).fields).toEqual({
    dest_addresses: [
      { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '…567' },
      { dest_flag: 2, dl_name: 'staff' },
    ],
    other: ['0x1401: 17 octets'],
  });
});

test('no PDU shows the octets of a text, a password or a number', () => {
  const secret = '4917012345678';
  const hidden = {
    source_addr: secret,
    destination_addr: secret,
    esme_addr: secret,
    password: 'pass-word',
    short_message: Buffer.from(secret),
  };
  const payload = { message_payload: Buffer.from(secret), callback_num: Buffer.from(secret) };
  const notes = { additional_status_info_text: `no such number ${secret}` };
  fc.assert(
    fc.property(anyPdu, (pdu) => {
      const body = pdu.body && { ...pdu.body, ...hidden, tlvs: { ...pdu.body.tlvs, ...payload, ...notes } };
      const line = JSON.stringify(tracedPdu({ ...pdu, body }));
      expect(line).not.toContain('0123456');
      expect(line).not.toContain('pass-word');
      expect(line).not.toContain(Buffer.from(secret).toString('hex'));
    }),
  );
});
