import type { NamedStream } from './mux-bridge.ts';

const series: readonly (readonly [string, string, (stream: NamedStream) => number])[] = [
  ['carousel_active', 'gauge', ({ isActive }) => (isActive ? 1 : 0)],
  ['carousel_allocation_kbit_s', 'gauge', ({ allocation }) => allocation],
  ['carousel_emms', 'gauge', ({ held }) => held],
  ['carousel_emissions_total', 'counter', ({ emissions }) => emissions],
  ['carousel_octets_total', 'counter', ({ octets }) => octets],
];

/** The figures of the carousels, in Prometheus' text format. */
export const metricsText = (streams: readonly NamedStream[]): string =>
  series
    .map(([name, type, figure]) =>
      [`# TYPE ${name} ${type}`, ...streams.map((each) => `${name}{carousel="${each.id}"} ${figure(each)}`), ''].join(
        '\n',
      ),
    )
    .join('');
