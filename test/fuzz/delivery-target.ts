import assert from 'node:assert/strict';
import { InboundReceived, ReceiptReceived } from '#shared/contracts/queue-messages.ts';
import { readParts } from '#shared/domain/inbound/read-parts.ts';
import { interpretDelivery } from '../../smpp-bridge/src/delivery/interpret-delivery.ts';
import { PduError } from '../../smpp-bridge/src/pdu/pdu-error.ts';
import { asFrame, decodeOr } from './decoder-target.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const now = new Date('2026-01-02T03:04:05.000Z');

/** What is made of a deliver_sm or data_sm always keeps to the contract of the queue it goes to. */
export const deliveryTarget: FuzzTarget = {
  name: 'delivery',
  probe: (octets) => {
    const pdu = decodeOr(asFrame(octets));
    if (pdu instanceof PduError || (pdu.command !== 'deliver_sm' && pdu.command !== 'data_sm')) return 'no delivery';
    const kinds = (['refuse', 'accept'] as const).map((plainReceipts) => {
      const interpreted = interpretDelivery(pdu, { provider: 'fuzz', plainReceipts }, now);
      if (interpreted.kind === 'receipt') ReceiptReceived.parse(interpreted.receipt);
      if (interpreted.kind !== 'inbound') return interpreted.kind;
      InboundReceived.parse(interpreted.inbound);
      // PostgreSQL refuses half a character, and with it everything that goes there in the same call.
      const text = readParts([interpreted.inbound]);
      assert.ok(text?.isWellFormed() ?? true, 'half a surrogate pair');
      return text === null ? 'octets' : 'text';
    });
    return `${pdu.command} ${kinds.join()}`;
  },
};
