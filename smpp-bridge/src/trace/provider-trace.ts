import type { Sql } from '#shared/adapters/data-api.ts';
import { readTracedSeconds } from '#shared/adapters/provider-settings.ts';
import { logger } from '#shared/telemetry.ts';
import { createPduTrace, type PduTrace } from './pdu-trace.ts';
import { followTraceSwitch } from './trace-switch.ts';

export interface ProviderTrace extends Pick<PduTrace, 'passed'> {
  stop(): void;
}

/** The trace of one provider, one log line a PDU, on and off with the provider's row in `provider_settings`. */
export const startProviderTrace = (sql: Sql, provider: string): ProviderTrace => {
  const trace = createPduTrace(provider, {
    now: () => performance.now(),
    line: (line) => logger.info('SMPP PDU', { ...line }),
  });
  const following = followTraceSwitch(trace, {
    read: () => readTracedSeconds(sql, provider),
    switched: (isOn) => logger.info(isOn ? 'PDUs are traced' : 'PDUs are no longer traced', { provider }),
    fault: (error) =>
      logger.warn('Whether PDUs are to be traced could not be read', { provider, error: error as Error }),
  });
  return { passed: trace.passed, stop: following.stop };
};
