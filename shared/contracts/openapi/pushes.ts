import * as z from 'zod';
import { AcceptedPush, ListPushes, PlannedPush, PushList, PushView, SubmitPush } from '../pushes.ts';
import type { DescribedOperations } from './described.ts';

const tag = 'Pushes';

/** SELECT of the master file and of EF ICCID, READ BINARY of its ten octets. */
const apdus = ['00a40004023f00', '00a40004022fe2', '00b000000a'];
const example = { iccid: '8949000000000001016', tar: 'b00010', apdus, reference: 'read-iccid' };
const xmlExample = `<push xmlns="urn:signalbox:push:1">
  <iccid>8949000000000001016</iccid>
  <tar>b00010</tar>
  <apdus><apdu>00a40004023f00</apdu><apdu>00a40004022fe2</apdu><apdu>00b000000a</apdu></apdus>
  <reference>read-iccid</reference>
</push>`;

export const describedPushes: DescribedOperations<'submitPush' | 'listPushes' | 'getPush' | 'getPushSchema'> = {
  submitPush: {
    summary: 'Push commands to a card: its packet is secured, delivered, and answered by the card',
    tag,
    body: SubmitPush,
    example,
    xmlExample,
    answers: [
      {
        status: 202,
        description: 'Accepted: it has its place in the line of the card; Location names it',
        schema: AcceptedPush,
        xmlRoot: 'accepted_push',
      },
      {
        status: 200,
        description: 'With `dry_run`: the packet it would be. No counter is used',
        schema: PlannedPush,
        xmlRoot: 'planned_push',
      },
    ],
    isIdempotent: true,
    problems: [
      'xml.refused',
      'credit.insufficient',
      'spend.cap_reached',
      'recipient.opted_out',
      'destination.not_allowed',
      'destination.velocity',
      'push.test_key',
      'account.not_found',
      'idempotency.mismatch',
      'card.stopped',
      'callback.refused',
      'card.unknown',
      'card.no_number',
      'card.no_keys',
      'tar.not_allowed',
      'security.too_low',
      'security.unsupported',
      'apdu.malformed',
      'parts.too_many',
    ],
  },
  listPushes: {
    summary: 'Pushes, the newest first',
    tag,
    query: ListPushes,
    answers: [{ status: 200, description: 'A page of them', schema: PushList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getPush: {
    summary: 'A push with its whole trace, and what the card answered in words',
    tag,
    answers: [{ status: 200, description: 'The push', schema: PushView, xmlRoot: 'push_view' }],
    problems: ['push.not_found'],
  },
  getPushSchema: {
    summary: 'The XML Schema of pushes',
    tag,
    answers: [{ status: 200, description: 'XML Schema 1.0', schema: z.string(), contentType: 'application/xml' }],
    problems: [],
  },
};
