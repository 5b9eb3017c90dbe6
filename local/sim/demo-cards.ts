import type { Telephones } from '../smsc/telephones.ts';
import { createSimCard, type SimCard } from './sim-card.ts';
import { createTelephones } from './telephones.ts';

/** A card of the local run: what is on it, and what Signalbox has to know of it. The keys are nobody's. */
export interface DemoCard {
  readonly msisdn: string;
  readonly iccid: string;
  /** The version of its only keys, and what they are for. */
  readonly keyVersion: number;
  readonly algorithm: 'aes' | '3des-2';
  readonly kic: Buffer;
  readonly kid: Buffer;
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** One card with AES keys, one with 3DES keys. */
export const demoCards: readonly DemoCard[] = [
  {
    msisdn: '491701000101',
    iccid: '8949000000000001016',
    keyVersion: 1,
    algorithm: 'aes',
    kic: hex('a0a1a2a3a4a5a6a7a8a9aaabacadaeaf'),
    kid: hex('b0b1b2b3b4b5b6b7b8b9babbbcbdbebf'),
  },
  {
    msisdn: '491701000202',
    iccid: '8949000000000002022',
    keyVersion: 3,
    algorithm: '3des-2',
    kic: hex('c0c1c2c3c4c5c6c7c8c9cacbcccdcecf'),
    kid: hex('d0d1d2d3d4d5d6d7d8d9dadbdcdddedf'),
  },
];

/** The file system of the demo cards: a checksum and ciphering are the least it takes. */
export const demoTar = 'b00010';

export const createDemoSim = ({ iccid, keyVersion, kic, kid }: DemoCard): SimCard =>
  createSimCard({ iccid, keys: { [keyVersion]: { kic, kid } }, tars: { [demoTar]: { leastSpi1: 0x06 } } });

/** The demo cards, new ones, by number. */
export const createDemoSims = (): Readonly<Record<string, SimCard>> =>
  Object.fromEntries(demoCards.map((card) => [card.msisdn, createDemoSim(card)]));

/** Telephones with the demo cards in them. */
export const createDemoTelephones = (sims = createDemoSims()): Telephones => createTelephones(sims);
