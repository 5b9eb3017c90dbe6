import type { CarouselRow } from '#shared/adapters/carousel/read-carousels.ts';
import { MuxSettings, UdpSettings } from '#shared/contracts/carousels.ts';
import { createLogOutput } from './log-output.ts';
import { createMuxOutput } from './mux-output.ts';
import type { Output, OutputEvent } from './output.ts';
import { createUdpOutput } from './udp-output.ts';

const answerMs = 10_000;
const quietMs = 30_000;
const stallMs = 10_000;

/** TS 103 197, 6.2.1: the high 16 bits of a client_id are the CA_system_id. */
const clientIdOf = (settings: { readonly client_id?: number | undefined }, caSystemId: number): number =>
  settings.client_id ?? caSystemId * 0x10000 + 1;

/**
 * The output that a carousel is configured for.
 *
 * @throws ZodError when its settings do not fit the output.
 */
export const openOutput = (row: CarouselRow, report: (event: OutputEvent) => void): Output => {
  const { bandwidth_kbit_s, ca_system_id } = row;
  switch (row.output) {
    case 'mux': {
      const settings = MuxSettings.parse(row.settings);
      const client_id = clientIdOf(settings, ca_system_id);
      return createMuxOutput({ ...settings, client_id, bandwidth_kbit_s, answerMs, quietMs, stallMs }, report);
    }
    case 'udp': {
      const settings = UdpSettings.parse(row.settings);
      const client_id = clientIdOf(settings, ca_system_id);
      return createUdpOutput({ ...settings, client_id, bandwidth_kbit_s }, () =>
        report({ event: 'failed', reason: 'unreachable', statuses: [], retryMs: 0 }),
      );
    }
    case 'log':
      return createLogOutput(bandwidth_kbit_s);
    default:
      throw new Error(`There is no stream with output ${row.output}`);
  }
};
