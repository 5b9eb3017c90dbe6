import { EmmError } from './emm-error.ts';

/**
 * What an EMM tells a card: a row of commands, each a tag of one octet, a length of one octet and a value. The format is
 * ours; docs/cas.md describes it. Numbers are big-endian, times are seconds since 1970, unsigned.
 */
export type EmmCommand =
  /** What follows is all that the card is entitled to: everything else is forgotten. */
  | { readonly command: 'entitlement_reset' }
  | { readonly command: 'entitlement_add'; readonly product: number; readonly from: number; readonly until: number }
  | { readonly command: 'entitlement_remove'; readonly product: number }
  /** The box that the card works in from now on; no other one. */
  | { readonly command: 'pair'; readonly box: string }
  | { readonly command: 'unpair' }
  /** The key of an epoch, of 32 octets. Only ever in an envelope under the key of a device. */
  | { readonly command: 'key_delivery'; readonly epoch: number; readonly key: Uint8Array }
  /** A tag that this version does not know: a receiver passes over it. */
  | { readonly command: 'unknown'; readonly tag: number; readonly value: Uint8Array };

const tags = {
  entitlement_add: 0x01,
  entitlement_remove: 0x02,
  entitlement_reset: 0x03,
  pair: 0x10,
  unpair: 0x11,
  key_delivery: 0x20,
} as const;

const known: ReadonlySet<number> = new Set(Object.values(tags));
export const epochKeyOctets = 32;
const boxPattern = /^[0-9A-Z]{1,20}$/;

const uint = (value: number, octets: number): Buffer => {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * octets))
    throw new EmmError('field', `A number does not fit ${octets} octets.`);
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
};

const valueOctets = (command: EmmCommand): Buffer => {
  switch (command.command) {
    case 'entitlement_add':
      return Buffer.concat([uint(command.product, 2), uint(command.from, 4), uint(command.until, 4)]);
    case 'entitlement_remove':
      return uint(command.product, 2);
    case 'pair':
      if (!boxPattern.test(command.box)) throw new EmmError('field', 'A box has 1 to 20 digits and capital letters.');
      return Buffer.from(command.box, 'latin1');
    case 'key_delivery':
      if (command.key.length !== epochKeyOctets) throw new EmmError('field', 'The key of an epoch has 32 octets.');
      return Buffer.concat([uint(command.epoch, 4), command.key]);
    case 'unknown':
      if (known.has(command.tag)) throw new EmmError('command', `Tag ${command.tag} is known.`);
      return Buffer.from(command.value);
    default:
      return Buffer.alloc(0);
  }
};

/** @throws EmmError when a value does not fit its field. */
export const encodeCommands = (commands: readonly EmmCommand[]): Buffer =>
  Buffer.concat(
    commands.map((command) => {
      const value = valueOctets(command);
      const tag = command.command === 'unknown' ? command.tag : tags[command.command];
      return Buffer.concat([uint(tag, 1), uint(value.length, 1), value]);
    }),
  );

const fixedLengths: Readonly<Record<number, number>> = {
  [tags.entitlement_add]: 10,
  [tags.entitlement_remove]: 2,
  [tags.entitlement_reset]: 0,
  [tags.unpair]: 0,
  [tags.key_delivery]: 4 + epochKeyOctets,
};

const readCommand = (tag: number, value: Buffer): EmmCommand => {
  const wanted = fixedLengths[tag];
  if (wanted !== undefined && value.length !== wanted)
    throw new EmmError('command', `The value of tag ${tag} has ${value.length} octets, not ${wanted}.`);
  switch (tag) {
    case tags.entitlement_add:
      return {
        command: 'entitlement_add',
        product: value.readUInt16BE(0),
        from: value.readUInt32BE(2),
        until: value.readUInt32BE(6),
      };
    case tags.entitlement_remove:
      return { command: 'entitlement_remove', product: value.readUInt16BE(0) };
    case tags.entitlement_reset:
      return { command: 'entitlement_reset' };
    case tags.pair: {
      const box = value.toString('latin1');
      if (!boxPattern.test(box)) throw new EmmError('command', 'The box of a pairing is none.');
      return { command: 'pair', box };
    }
    case tags.unpair:
      return { command: 'unpair' };
    case tags.key_delivery:
      return { command: 'key_delivery', epoch: value.readUInt32BE(0), key: value.subarray(4) };
    default:
      return { command: 'unknown', tag, value };
  }
};

/** @throws EmmError when a command is cut off, or its value is not as its tag has it. */
export const decodeCommands = (octets: Uint8Array): EmmCommand[] => {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const commands: EmmCommand[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) throw new EmmError('length', 'A command is cut off within its head.');
    const end = at + 2 + bytes.readUInt8(at + 1);
    if (end > bytes.length) throw new EmmError('length', 'A command is cut off within its value.');
    commands.push(readCommand(bytes.readUInt8(at), bytes.subarray(at + 2, end)));
    at = end;
  }
  return commands;
};
