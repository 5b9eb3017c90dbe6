import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Instant } from './messages.ts';

describe('a time in a request', () => {
  test('is told in UTC to the millisecond', () => {
    expect(Instant.parse('2026-11-21T08:00:00.1239+02:00')).toBe('2026-11-21T06:00:00.123Z');
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (time) => Instant.parse(time.toISOString()) === time.toISOString(),
      ),
    );
  });

  // Years that PostgreSQL counts otherwise, or that nobody can take a day off.
  test.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '1970-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59.999-14:00',
  ])('is refused outside the years 1970 to 9999: %s', (time) => {
    expect(Instant.safeParse(time).error?.issues).toMatchObject([
      { message: 'is not between the years 1970 and 9999' },
    ]);
  });

  test.each(['2026-02-30T00:00:00Z', '2026-11-21', '2026-11-21T08:00:00', '+012026-01-01T00:00:00Z', 'now'])(
    'is refused when it is none: %s',
    (time) => expect(Instant.safeParse(time).success).toBe(false),
  );
});
