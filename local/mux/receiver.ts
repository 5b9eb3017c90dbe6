import { decodeCommands, type EmmCommand } from '#shared/domain/emm/commands.ts';
import { EmmError } from '#shared/domain/emm/emm-error.ts';
import { openEnvelope, readEnvelopeHeader } from '#shared/domain/emm/envelope.ts';
import {
  addressOf,
  decodeSection,
  type Section,
  type SectionFormats,
  usualFormats,
} from '#shared/domain/emm/section.ts';
import { createDemultiplexer } from './demultiplexer.ts';

export interface ReceiverOptions {
  readonly caSystemId: number;
  readonly card: string;
  /** The card's own key, which never was on air. */
  readonly cardKey: Uint8Array;
  readonly group?: { readonly number: string; readonly key: Uint8Array };
  readonly formats?: SectionFormats;
  /** Told when its entitlements, its box or its keys have changed. */
  readonly changed?: (what: string) => void;
}

export interface ReceivedEntitlement {
  readonly product: number;
  readonly from: number;
  readonly until: number;
}

/** A set-top box with its card: it takes what is addressed to it, and nothing else. */
export interface Receiver {
  packet(packet: Buffer): void;
  readonly entitlements: readonly ReceivedEntitlement[];
  readonly box: string | null;
  /** Epochs whose key it was told. */
  readonly epochs: readonly number[];
  /** EMMs that it opened, and those that it could not open. */
  readonly counts: { readonly opened: number; readonly refused: number };
}

/** @returns a receiver, as a manufacturer's would be: what does not open is passed over, and so is what is over. */
export const createReceiver = (options: ReceiverOptions): Receiver => {
  const { caSystemId, card, cardKey, group, formats = usualFormats, changed = () => undefined } = options;
  const epochKeys = new Map<number, Uint8Array>();
  const entitlements = new Map<number, ReceivedEntitlement>();
  const seen = new Set<bigint>();
  const counts = { opened: 0, refused: 0 };
  let box: string | null = null;

  /** What the hardware filter lets pass: by table_id and address, before anything is opened. */
  const isMine = ({ class: emmClass, address }: Section): boolean => {
    if (emmClass === 'global') return true;
    const number = emmClass === 'unique' ? card : group?.number;
    return number !== undefined && addressOf(number, formats[emmClass]).equals(address);
  };

  const deviceKeyOf = ({ class: emmClass }: Section): Uint8Array | undefined =>
    emmClass === 'unique' ? cardKey : group?.key;

  const obey = (command: EmmCommand) => {
    switch (command.command) {
      case 'entitlement_reset':
        return entitlements.clear();
      case 'entitlement_add': {
        const { product, from, until } = command;
        entitlements.set(product, { product, from, until });
        return;
      }
      case 'entitlement_remove':
        entitlements.delete(command.product);
        return;
      case 'pair':
        box = command.box;
        return;
      case 'unpair':
        box = null;
        return;
      case 'key_delivery':
        epochKeys.set(command.epoch, Buffer.from(command.key));
        return;
      default:
        return;
    }
  };

  const open = (octets: Buffer, section: Section): void => {
    const header = readEnvelopeHeader(section.body);
    const key = header.suite === 'device' ? deviceKeyOf(section) : epochKeys.get(header.epoch);
    if (!key || header.expiry * 1000 <= Date.now()) return;
    // What is repeated was obeyed before.
    if (seen.has(header.id)) return;
    const context = { ca_system_id: caSystemId, table_id: octets.readUInt8(0), address: section.address };
    const commands = decodeCommands(openEnvelope(section.body, context, key).plaintext);
    seen.add(header.id);
    counts.opened += 1;
    commands.forEach(obey);
    changed(commands.map(({ command }) => command).join(', '));
  };

  const take = (octets: Buffer): void => {
    try {
      const section = decodeSection(octets, formats);
      if (isMine(section)) open(octets, section);
    } catch (error) {
      if (!(error instanceof EmmError)) throw error;
      counts.refused += 1;
    }
  };

  const { packet } = createDemultiplexer(caSystemId, take);
  return {
    packet,
    get entitlements() {
      return [...entitlements.values()];
    },
    get box() {
      return box;
    },
    get epochs() {
      return [...epochKeys.keys()];
    },
    counts,
  };
};
