import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCommands, type EmmCommand, encodeCommands } from './commands.ts';
import { EmmError } from './emm-error.ts';
import {
  addressOf,
  bodyCapacity,
  decodeSection,
  emmClasses,
  encodeSection,
  type SectionFormats,
  usualFormats,
} from './section.ts';

const withCrc: SectionFormats = {
  unique: { ...usualFormats.unique, crc: true },
  shared: { ...usualFormats.shared, crc: true },
  global: { ...usualFormats.global, crc: true },
};

const formats = fc.constantFrom(usualFormats, withCrc);

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof EmmError) return error.fault;
    throw error;
  }
  return 'none';
};

describe('a section', () => {
  test('is read as it was written, in 256 octets at most', () => {
    fc.assert(
      fc.property(
        formats,
        fc.constantFrom(...emmClasses),
        fc.constantFrom(0, 1),
        fc.gen(),
        (used, kind, toggle, gen) => {
          const format = used[kind];
          const section = {
            class: kind,
            toggle,
            address: Buffer.from(
              gen(fc.uint8Array, { minLength: format.address_octets, maxLength: format.address_octets }),
            ),
            body: Buffer.from(gen(fc.uint8Array, { maxLength: bodyCapacity(format) })),
          } as const;
          const octets = encodeSection(section, used);
          expect(octets.length).toBeLessThanOrEqual(256);
          expect(octets[0]).toBe(format.table_ids[toggle]);
          expect(decodeSection(octets, used)).toEqual(section);
        },
      ),
    );
  });

  test('of any octets is read or refused with its own error', () => {
    fc.assert(
      fc.property(formats, fc.uint8Array({ maxLength: 300 }), fc.boolean(), (used, bytes, looksRight) => {
        const octets = looksRight
          ? Buffer.concat([Buffer.of(0x84, 0x70 | (bytes.length >> 8), bytes.length & 0xff), bytes])
          : bytes;
        faultOf(() => decodeSection(octets, used));
      }),
    );
  });

  test('has a 12-bit length under reserved bits, and the CRC of ISO/IEC 13818-1 where it is wanted', () => {
    const section = { class: 'global', toggle: 1, address: Buffer.alloc(0), body: Buffer.from('123456789') } as const;
    expect(encodeSection(section, usualFormats).toString('hex')).toBe('837009313233343536373839');
    const octets = encodeSection(section, withCrc);
    expect(octets.subarray(0, 3).toString('hex')).toBe('83700d');
    octets[5] = 0;
    expect(faultOf(() => decodeSection(octets, withCrc))).toBe('crc');
  });

  test('of more than 256 octets is not written', () => {
    const address = addressOf('1234567897', usualFormats.unique);
    const body = Buffer.alloc(bodyCapacity(usualFormats.unique));
    expect(encodeSection({ class: 'unique', toggle: 0, address, body }, usualFormats)).toHaveLength(256);
    const longer = { class: 'unique', toggle: 0, address, body: Buffer.concat([body, Buffer.of(0)]) } as const;
    expect(faultOf(() => encodeSection(longer, usualFormats))).toBe('length');
  });

  test('is addressed by the number of its card', () => {
    expect(addressOf('1234567897', usualFormats.unique).toString('hex')).toBe('00000000499602d9');
    expect(addressOf('7', usualFormats.global)).toHaveLength(0);
    expect(faultOf(() => addressOf('99999999999999999999', usualFormats.unique))).toBe('field');
    expect(faultOf(() => addressOf('12a', usualFormats.unique))).toBe('field');
  });
});

const known = new Set([1, 2, 3, 0x10, 0x11, 0x20]);
const command: fc.Arbitrary<EmmCommand> = fc.oneof(
  fc.constant({ command: 'entitlement_reset' } as const),
  fc.constant({ command: 'unpair' } as const),
  fc.record({
    command: fc.constant('entitlement_add' as const),
    product: fc.nat(0xffff),
    from: fc.nat(0xffffffff),
    until: fc.nat(0xffffffff),
  }),
  fc.record({ command: fc.constant('entitlement_remove' as const), product: fc.nat(0xffff) }),
  fc.record({ command: fc.constant('pair' as const), box: fc.stringMatching(/^[0-9A-Z]{1,20}$/) }),
  fc.record({
    command: fc.constant('key_delivery' as const),
    epoch: fc.nat(0xffffffff),
    key: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((octets) => Buffer.from(octets)),
  }),
  fc.record({
    command: fc.constant('unknown' as const),
    tag: fc.nat(255).filter((tag) => !known.has(tag)),
    value: fc.uint8Array({ maxLength: 255 }).map((octets) => Buffer.from(octets)),
  }),
);

describe('commands', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 8 }), (commands) => {
        expect(decodeCommands(encodeCommands(commands))).toEqual(commands);
      }),
    );
  });

  test('of any octets are read or refused with their own error, and what is read is written the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const fault = faultOf(() => expect(encodeCommands(decodeCommands(bytes)).equals(bytes)).toBe(true));
        expect(['none', 'command', 'length']).toContain(fault);
      }),
    );
  });

  test('do not take what does not fit', () => {
    const add = { command: 'entitlement_add', product: 65_536, from: 0, until: 0 } as const;
    expect(faultOf(() => encodeCommands([add]))).toBe('field');
    expect(faultOf(() => encodeCommands([{ command: 'pair', box: 'a b' }]))).toBe('field');
    expect(faultOf(() => encodeCommands([{ command: 'key_delivery', epoch: 1, key: Buffer.alloc(31) }]))).toBe('field');
    expect(faultOf(() => encodeCommands([{ command: 'unknown', tag: 1, value: Buffer.alloc(0) }]))).toBe('command');
  });
});
