import type { MobileOriginated } from '../smsc/mobile-originated.ts';
import type { SubmitRecord } from '../smsc/received-messages.ts';
import type { Telephones } from '../smsc/telephones.ts';
import type { SimCard } from './sim-card.ts';

const commandElement = 0x70;
const mostWaiting = 1_000;
const wholeOctets = 137;
const firstOctets = 132;
const laterOctets = 134;

const digits = (address: string): string => address.replace(/\D/g, '');

const saysCommand = (udh: Buffer): boolean => {
  for (let at = 1; at < udh.length; at += 2 + (udh[at + 1] ?? 0)) if (udh[at] === commandElement) return true;
  return false;
};

/** Puts parts together, in whatever order they come; null while some are missing. */
const createReassembly = (): ((record: SubmitRecord) => Buffer | null) => {
  const waiting = new Map<string, Map<number, SubmitRecord>>();
  return (record) => {
    const { part } = record;
    const parts = new Map<number, SubmitRecord>();
    if (part) {
      const key = [record.source, record.destination, part.reference, part.reference_bits, part.total].join();
      for (const [number, one] of waiting.get(key) ?? []) parts.set(number, one);
      parts.set(part.number, record);
      waiting.delete(key);
      const [oldest] = waiting.keys();
      if (waiting.size >= mostWaiting && oldest !== undefined) waiting.delete(oldest);
      if (parts.size < part.total) {
        waiting.set(key, parts);
        return null;
      }
    } else parts.set(1, record);
    const ordered = [...parts].sort(([left], [right]) => left - right).map(([, one]) => one);
    if (!saysCommand(Buffer.from(ordered[0]?.udh_hex ?? '', 'hex'))) return null;
    return Buffer.from(ordered.map(({ data_hex }) => data_hex).join(''), 'hex');
  };
};

/** A response packet as short messages: the response element (71) stands in the first alone (TS 31.115, 4.5). */
const piecesOf = (packet: Buffer, reference: number): { readonly udh: string; readonly data: Buffer }[] => {
  if (packet.length <= wholeOctets) return [{ udh: '027100', data: packet }];
  const pieces = [packet.subarray(0, firstOctets)];
  for (let at = firstOctets; at < packet.length; at += laterOctets) pieces.push(packet.subarray(at, at + laterOctets));
  const octet = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');
  return pieces.map((data, index) => {
    const element = `0003${octet(reference)}${octet(pieces.length)}${octet(index + 1)}`;
    return { udh: index === 0 ? `07${element}7100` : `05${element}`, data };
  });
};

/** Telephones with a SIM each, by number: what they are sent goes to the card, whose answers go back to the sender. */
export const createTelephones = (cards: Readonly<Record<string, SimCard>>): Telephones => {
  const reassemble = createReassembly();
  let lastReference = 0;
  return {
    receive: (record) => {
      const card = cards[digits(record.destination)];
      const packet = card && record.udh_hex !== '' ? reassemble(record) : null;
      const response = packet && card ? card.receive(packet) : null;
      if (!response || !card) return [];
      const { withoutUdhi } = card.quirks();
      return piecesOf(response, ++lastReference).map(
        ({ udh, data }): MobileOriginated => ({
          source: digits(record.destination),
          destination: record.source,
          data_coding: 0xf6,
          ...(withoutUdhi
            ? { data_hex: `${udh}${data.toString('hex')}` }
            : { udh_hex: udh, data_hex: data.toString('hex') }),
        }),
      );
    },
  };
};
