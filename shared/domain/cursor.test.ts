import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

const position = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  ),
  { maxLength: 4 },
);

test('a cursor tells the position that it was made of', () => {
  fc.assert(
    fc.property(fc.string(), position, (scope, given) => {
      expect(decodeCursor(scope, encodeCursor(scope, given))).toEqual(given);
    }),
  );
});

test('a cursor of another client, route or filter is none', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), position, (scope, other, given) => {
      fc.pre(scope !== other);
      expect(decodeCursor(other, encodeCursor(scope, given))).toBeUndefined();
    }),
  );
});

test('a cursor needs no escaping in a URL', () => {
  fc.assert(fc.property(fc.string(), position, (scope, given) => /^[\w-]+$/.test(encodeCursor(scope, given))));
});

test('nothing that is no cursor makes it throw', () => {
  const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
  const bytes = fc.uint8Array().map((some) => Buffer.from(some).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), json, bytes), (cursor) => {
      expect(decodeCursor('scope', cursor)).toBeUndefined();
    }),
  );
  expect(decodeCursor('scope', encodeCursor('scope', ['x'.repeat(1_024)]))).toBeUndefined();
});
