import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MuxBridge, NamedStream } from './mux-bridge.ts';

export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

const series: readonly (readonly [string, string, (stream: NamedStream) => number])[] = [
  ['carousel_active', 'gauge', ({ isActive }) => (isActive ? 1 : 0)],
  ['carousel_allocation_kbit_s', 'gauge', ({ allocation }) => allocation],
  ['carousel_emms', 'gauge', ({ held }) => held],
  ['carousel_emissions_total', 'counter', ({ emissions }) => emissions],
  ['carousel_octets_total', 'counter', ({ octets }) => octets],
];

const metricsText = (streams: readonly NamedStream[]): string =>
  series
    .map(([name, type, figure]) =>
      [`# TYPE ${name} ${type}`, ...streams.map((each) => `${name}{carousel="${each.id}"} ${figure(each)}`), ''].join(
        '\n',
      ),
    )
    .join('');

/**
 * /healthz while the process lives, /readyz once it knows its carousels, /metrics in Prometheus' text format.
 *
 * @param port 0 takes a free one.
 */
export const startHealthServer = async (port: number, bridge: MuxBridge): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    switch (request.url) {
      case '/healthz':
        return answer(200, 'application/json', '{"status":"ok"}');
      case '/readyz':
        return bridge.isReady
          ? answer(200, 'application/json', '{"status":"ready"}')
          : answer(503, 'application/json', '{"status":"not ready","reason":"no carousel was read yet"}');
      case '/metrics':
        return answer(200, 'text/plain; version=0.0.4', metricsText(bridge.streams));
      default:
        return answer(404, 'text/plain', '');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
