import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { logAbout, logger, maskMsisdn, metrics, publishMetrics } from './telemetry.ts';

afterEach(() => vi.restoreAllMocks());

test('a masked number keeps its last three digits only', () => {
  expect(maskMsisdn('+4917012345678')).toBe('…678');
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9][0-9]{6,14}$/), (number) => {
      expect(maskMsisdn(number)).toBe(`…${number.slice(-3)}`);
    }),
  );
});

test('a line names the subject of its own logger and not that of a neighbour', () => {
  const child = logAbout({ correlation_id: 'c-1', client_id: 'k-1' });
  expect(child.getPersistentLogAttributes()).toMatchObject({ correlation_id: 'c-1', client_id: 'k-1' });
  expect(logger.getPersistentLogAttributes()).not.toHaveProperty('correlation_id');
  expect(logAbout({ correlation_id: 'c-2' }).getPersistentLogAttributes()).not.toHaveProperty('client_id');
});

test('metrics are written once they are published, and nothing is when there are none', () => {
  metrics.addMetric('CallbacksDelivered', 'Count', 2);
  expect(metrics.hasStoredMetrics()).toBe(true);
  publishMetrics();
  expect(metrics.hasStoredMetrics()).toBe(false);
  publishMetrics();
});
