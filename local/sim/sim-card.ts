import { type CardFiles, createCardFiles } from './card-files.ts';
import {
  buildResponse,
  type CardKeys,
  type CardTraits,
  type CommandHeader,
  type OpenedCommand,
  openCommand,
  usualTraits,
} from './card-packets.ts';
import { runScript } from './card-scripts.ts';

export interface SimOptions {
  readonly iccid: string;
  /** By key version, 1 to 15. */
  readonly keys: Readonly<Record<number, CardKeys>>;
  /** Applications by TAR, and the least SPI1 security each takes: the bits of integrity and ciphering. */
  readonly tars: Readonly<Record<string, { readonly leastSpi1: number }>>;
  readonly traits?: Partial<CardTraits>;
}

/** What this card or its telephone does wrong; all of it can be changed while it runs. */
export interface SimQuirks {
  /** Its answers come without the UDHI bit. */
  readonly withoutUdhi: boolean;
  /** Its errors come in clear and without a checksum, whatever was asked for. */
  readonly errorsInClear: boolean;
  /** It never answers. */
  readonly isSilent: boolean;
  /** It answers with this status, whatever it was sent. */
  readonly status: number | null;
}

export interface SimCard {
  readonly iccid: string;
  /** Takes a command packet from CPL on; the response packet from RPL on, or null when none is due. */
  readonly receive: (packet: Buffer) => Buffer | null;
  readonly behave: (change: Partial<SimQuirks>) => void;
  readonly quirks: () => SimQuirks;
  readonly counterOf: (version: number) => bigint;
  readonly setCounter: (version: number, counter: bigint) => void;
  readonly read: CardFiles['read'];
  /** The counters of the packets that were executed, in order. */
  readonly executed: () => readonly bigint[];
}

const statuses = {
  ok: 0x00,
  counterLow: 0x02,
  counterHigh: 0x03,
  counterBlocked: 0x04,
  tarUnknown: 0x09,
  levelLow: 0x0a,
} as const;
const highestCounter = (1n << 40n) - 1n;
const asMuch = { none: 0, rc: 1, cc: 2 } as const;

/** SPI1 b5b4: whether a packet of this counter is processed after one of `last` (TS 102 225, 5.1.4). */
const judgeCounter = (spi1: number, counter: bigint, last: bigint): number => {
  const rule = (spi1 >> 3) & 3;
  if (rule < 2) return statuses.ok;
  if (last === highestCounter) return statuses.counterBlocked;
  if (counter <= last) return statuses.counterLow;
  return rule === 3 && counter !== last + 1n ? statuses.counterHigh : statuses.ok;
};

const isSecureEnough = (spi1: number, least: number): boolean =>
  Math.max(spi1 & 3, asMuch.none) >= (least & 3) && (spi1 & least & 0x04) === (least & 0x04);

const isDue = (spi2: number, status: number): boolean =>
  (spi2 & 3) === 1 || ((spi2 & 3) === 2 && status !== statuses.ok);

/** A SIM: keys, counters and a few files. It is Signalbox's peer and shares no code with it. */
export const createSimCard = ({ iccid, keys, tars, traits: given }: SimOptions): SimCard => {
  const traits = { ...usualTraits, ...given };
  const files = createCardFiles(iccid);
  const counters = new Map<number, bigint>();
  const executed: bigint[] = [];
  let quirks: SimQuirks = { withoutUdhi: false, errorsInClear: false, isSilent: false, status: null };
  const counterOf = (version: number): bigint => counters.get(version) ?? 0n;
  const keysOf = (version: number): CardKeys | null => keys[version] ?? null;

  const judge = ({ spi1, kic, tar, counter }: OpenedCommand): number => {
    const application = tars[tar];
    if (!application) return statuses.tarUnknown;
    if (!isSecureEnough(spi1, application.leastSpi1)) return statuses.levelLow;
    return judgeCounter(spi1, counter, counterOf(kic >> 4));
  };
  const execute = (command: OpenedCommand): { readonly status: number; readonly data: Buffer } => {
    const status = quirks.status ?? judge(command);
    if (status !== statuses.ok) return { status, data: Buffer.alloc(0) };
    if (((command.spi1 >> 3) & 3) >= 2) counters.set(command.kic >> 4, command.counter);
    executed.push(command.counter);
    return { status, data: runScript(files, command.data) };
  };
  const respond = (
    header: CommandHeader,
    counter: bigint,
    { status, data }: { readonly status: number; readonly data: Buffer },
  ): Buffer | null => {
    if (quirks.isSilent || !isDue(header.spi2, status)) return null;
    const isSecured = status === statuses.ok || !quirks.errorsInClear;
    return buildResponse({ header, counter, status, data, isSecured }, keysOf(header.kic >> 4), traits);
  };
  return {
    iccid,
    receive: (packet) => {
      const opening = openCommand(packet, keysOf, traits);
      if (opening.outcome === 'nonsense') return null;
      if (opening.outcome === 'failed')
        return respond(opening.header, 0n, { status: opening.status, data: Buffer.alloc(0) });
      return respond(opening.command, opening.command.counter, execute(opening.command));
    },
    behave: (change) => {
      quirks = { ...quirks, ...change };
    },
    quirks: () => quirks,
    counterOf,
    setCounter: (version, counter) => void counters.set(version, counter),
    read: files.read,
    executed: () => executed,
  };
};
