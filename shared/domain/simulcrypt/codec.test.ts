import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from './codec.ts';
import { createMessageFramer } from './framer.ts';
import {
  errorStatusName,
  type MessageName,
  messageTypes,
  type Occurrence,
  type ParameterName,
  parameterTypes,
  protocolVersions,
  type SimulcryptMessage,
} from './messages.ts';
import { SimulcryptError } from './simulcrypt-error.ts';

const path = new URL('../../../../shared/vectors/simulcrypt.json', import.meta.url);
const hasVectors = existsSync(path);
const named = (name: string) =>
  `${name}${hasVectors ? '' : ' (not run: ../shared/vectors/simulcrypt.json is missing)'}`;

interface Vectors {
  readonly independent: readonly {
    readonly hex: string;
    readonly parsed: {
      readonly version: number;
      readonly name: MessageName;
      readonly params: readonly { readonly name: ParameterName; readonly value: string }[];
    };
  }[];
  readonly malformed: readonly { readonly why: string; readonly hex: string }[];
  readonly conversation: readonly { readonly hex: string; readonly name: MessageName }[];
}
const vectors: Vectors = hasVectors
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { independent: [], malformed: [], conversation: [] };

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof SimulcryptError) return error.fault;
    throw error;
  }
  return 'none';
};

const oneOf = (name: ParameterName): fc.Arbitrary<number | Buffer> => {
  const { octets } = parameterTypes[name];
  if (octets !== null) return fc.nat(2 ** (8 * octets) - 1);
  return fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
};

const occurring = (name: ParameterName, occurrence: Occurrence): fc.Arbitrary<unknown> => {
  if (occurrence === 'one') return oneOf(name);
  if (occurrence === 'optional') return fc.option(oneOf(name), { nil: undefined });
  return fc.array(oneOf(name), { minLength: occurrence === 'some' ? 1 : 0, maxLength: 5 });
};

/** Any message; what is optional and left out has no member. */
const message: fc.Arbitrary<SimulcryptMessage> = fc
  .constantFrom(...(Object.keys(messageTypes) as MessageName[]))
  .chain((name) => {
    const parameters = Object.entries(messageTypes[name].parameters) as [ParameterName, Occurrence][];
    return fc
      .record(Object.fromEntries(parameters.map(([each, occurrence]) => [each, occurring(each, occurrence)])))
      .map((fields) => {
        const present = Object.entries(fields).filter(([, value]) => value !== undefined);
        return { message: name, ...Object.fromEntries(present) } as unknown as SimulcryptMessage;
      });
  });
const version = fc.constantFrom(...protocolVersions);

describe('the codec', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(version, message, (spoken, given) => {
        expect(decodeMessage(encodeMessage(spoken, given))).toEqual({ version: spoken, message: given });
      }),
    );
  });

  test('throws nothing but its own error, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        faultOf(() => decodeMessage(octets));
      }),
    );
  });

  test('throws nothing but its own error for a message with one octet changed or its end cut off', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.nat(), (given, at, octet, kept) => {
        const octets = encodeMessage(3, given);
        octets[at % octets.length] = octet;
        faultOf(() => decodeMessage(octets));
        faultOf(() => decodeMessage(octets.subarray(0, kept % octets.length)));
      }),
    );
  });

  test('passes over a parameter whose type it does not know', () => {
    const known = Buffer.from('030014000e000100040b000001000300020001', 'hex');
    const more = Buffer.concat([known, Buffer.from('00640001ff', 'hex')]);
    more.writeUInt16BE(more.length - 5, 3);
    expect(decodeMessage(more)).toEqual(decodeMessage(known));
  });

  test('takes one parameter where the specification has one', () => {
    const twice = Buffer.from('0300140014000100040b00000100030002000100030002' + '0002', 'hex');
    expect(faultOf(() => decodeMessage(twice))).toBe('parameter');
    const without = Buffer.from('0300140008000100040b000001', 'hex');
    expect(faultOf(() => decodeMessage(without))).toBe('parameter');
  });

  test('does not encode a number that does not fit', () => {
    const test = { message: 'channel_test', client_id: 2 ** 32, data_channel_id: 1 } as const;
    expect(faultOf(() => encodeMessage(3, test))).toBe('value');
  });

  test('names the errors of the specification', () => {
    expect([errorStatusName(0x000f), errorStatusName(0x8001)]).toEqual(['exceeded_bandwidth', '0x8001']);
  });
});

describe('the framer', () => {
  test('gives the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(40)), (given, cuts) => {
        const framer = createMessageFramer(70_000);
        const stream = Buffer.concat(given.map((each) => encodeMessage(3, each)));
        const got: SimulcryptMessage[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          framer.feed(stream.subarray(at, at + cut), (whole) => got.push(decodeMessage(whole).message));
          at = Math.min(at + cut, stream.length);
        }
        expect(got).toEqual(given);
        expect(framer.isPartial).toBe(false);
      }),
    );
  });

  test('does not wait for a message that is too long, nor for one of another version', () => {
    const feed = (hex: string) => () => createMessageFramer(1000).feed(Buffer.from(hex, 'hex'), () => undefined);
    expect(faultOf(feed('030011ffff'))).toBe('length');
    expect(faultOf(feed('47'))).toBe('version');
    expect(faultOf(feed('030011'))).toBe('none');
  });
});

describe('the vectors', () => {
  test.skipIf(!hasVectors)(named('the conversation is reproduced octet by octet'), () => {
    for (const { hex, name } of vectors.conversation) {
      const { version: spoken, message: decoded } = decodeMessage(Buffer.from(hex, 'hex'));
      expect(decoded.message).toBe(name);
      expect(encodeMessage(spoken, decoded).toString('hex')).toBe(hex);
    }
    expect(vectors.conversation.length).toBeGreaterThan(10);
  });

  test.skipIf(!hasVectors)(named('messages of another implementation mean what it says'), () => {
    for (const { hex, parsed } of vectors.independent) {
      const { version: spoken, message: decoded } = decodeMessage(Buffer.from(hex, 'hex'));
      expect([spoken, decoded.message]).toEqual([parsed.version, parsed.name]);
      const values = decoded as unknown as Record<string, unknown>;
      for (const { name, value } of parsed.params) {
        const octets = Buffer.from(value, 'hex');
        const { octets: fixed } = parameterTypes[name];
        expect(values[name]).toEqual(fixed === null ? [octets] : octets.readUIntBE(0, fixed));
      }
    }
    expect(vectors.independent.length).toBeGreaterThan(5);
  });

  test.skipIf(!hasVectors)(named('what is malformed is refused'), () => {
    for (const { why, hex } of vectors.malformed)
      expect(
        faultOf(() => decodeMessage(Buffer.from(hex, 'hex'))),
        why,
      ).not.toBe('none');
    expect(vectors.malformed.length).toBeGreaterThan(3);
  });
});
