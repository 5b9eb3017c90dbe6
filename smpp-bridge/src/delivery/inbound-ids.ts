import { createHash, randomUUID } from 'node:crypto';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';

type Delivery = DeliverSm | DataSm;

/** What an inbound message is called, so that one that the SMSC delivers twice is stored once. */
export interface InboundIds {
  /** A UUID. */
  idOf(pdu: Delivery): string;
  /** The SMSC was not told that we have this one, so it comes again: on any bind, under any sequence_number. */
  notTaken(pdu: Delivery): void;
}

const mostExpected = 10_000;
/** An SMSC that has not delivered again by then never will. */
const expectedForMs = 3_600_000;

/** Everything but the header: the sequence_number of a repetition is another. */
const digestOf = ({ command, body }: Delivery, scope: readonly string[]): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([command, scope, body]))
    .digest();

/** RFC 9562, 5.8: sixteen octets of a digest as a UUID. */
const uuidOf = (digest: Buffer): string => {
  const octets = Buffer.from(digest.subarray(0, 16));
  octets.writeUInt8((octets.readUInt8(6) & 0x0f) | 0x80, 6);
  octets.writeUInt8((octets.readUInt8(8) & 0x3f) | 0x80, 8);
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/**
 * A person may send the same words twice, and means it: that two PDUs say the same proves nothing. They are one message
 * when the SMSC's own id for it (receipted_message_id) says so, on the same day, since ids begin anew; or when the first
 * was never answered with ESME_ROK, which makes the SMSC send it again: the next that says the same is this repetition,
 * and each is expected once. Where both the person and the SMSC repeat, as many are counted as were sent.
 */
export const createInboundIds = (provider: string, now: () => number = Date.now): InboundIds => {
  const given = new WeakMap<Delivery, string>();
  /** What is to come again, by its digest, oldest first. */
  const expected = new Map<string, { readonly ids: string[]; readonly until: number }>();

  const takeExpected = (pdu: Delivery): string | undefined => {
    if (expected.size === 0) return undefined;
    const digest = digestOf(pdu, []).toString('base64');
    const waiting = expected.get(digest);
    const id = waiting && waiting.until > now() ? waiting.ids.shift() : undefined;
    if (waiting && (id === undefined || waiting.ids.length === 0)) expected.delete(digest);
    return id;
  };

  const idBySmsc = (pdu: Delivery): string | undefined => {
    if (!pdu.body.tlvs.receipted_message_id) return undefined;
    const today = new Date(now()).toISOString().slice(0, 'YYYY-MM-DD'.length);
    return uuidOf(digestOf(pdu, [provider, today]));
  };

  return {
    idOf: (pdu) => {
      const id = takeExpected(pdu) ?? idBySmsc(pdu) ?? randomUUID();
      given.set(pdu, id);
      return id;
    },
    notTaken: (pdu) => {
      const id = given.get(pdu);
      if (id === undefined) return;
      const digest = digestOf(pdu, []).toString('base64');
      const ids = [...(expected.get(digest)?.ids ?? []), id];
      expected.delete(digest);
      expected.set(digest, { ids, until: now() + expectedForMs });
      const [oldest = ''] = expected.keys();
      if (expected.size > mostExpected) expected.delete(oldest);
    },
  };
};
