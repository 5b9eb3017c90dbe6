import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWithinWindows, onAirUntil } from './on-air-window.ts';

const minuteMs = 60_000;
const windows = fc.array(
  fc.record({ from: fc.integer({ min: 0, max: 1439 }), until: fc.integer({ min: 0, max: 1439 }) }),
  { maxLength: 3 },
);

describe('the end of what is on air', () => {
  test('is the end of the window, of windows that touch the last one’s, and of one over midnight the next day’s', () => {
    expect(onAirUntil([{ from: 60, until: 120 }], 90 * minuteMs + 1)).toBe(120 * minuteMs);
    expect(
      onAirUntil(
        [
          { from: 60, until: 120 },
          { from: 120, until: 180 },
        ],
        90 * minuteMs,
      ),
    ).toBe(180 * minuteMs);
    expect(onAirUntil([{ from: 1_380, until: 60 }], 1_400 * minuteMs)).toBe(1_500 * minuteMs);
    expect(onAirUntil([{ from: 60, until: 120 }], 120 * minuteMs)).toBe(120 * minuteMs);
  });

  test('never comes without windows, nor where they leave nothing out', () => {
    expect(onAirUntil([], 5)).toBe(Number.POSITIVE_INFINITY);
    expect(
      onAirUntil(
        [
          { from: 0, until: 720 },
          { from: 720, until: 0 },
        ],
        5,
      ),
    ).toBe(Number.POSITIVE_INFINITY);
  });

  test('is the first minute that is within none', () => {
    fc.assert(
      fc.property(windows, fc.integer({ min: 0, max: 3 * 1440 * minuteMs }), (given, time) => {
        const end = onAirUntil(given, time);
        if (end === Number.POSITIVE_INFINITY) return;
        expect(isWithinWindows(given, end)).toBe(false);
        if (end > time) expect(isWithinWindows(given, end - 1)).toBe(true);
      }),
    );
  });
});
