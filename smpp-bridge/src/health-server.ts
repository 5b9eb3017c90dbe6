import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * /healthz while the process lives, /readyz while it can submit, /metrics in Prometheus' text format.
 *
 * @param port 0 takes a free one.
 */
export const startHealthServer = async (
  port: number,
  isReady: () => boolean,
  registry: Registry,
): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    switch (request.url) {
      case '/healthz':
        return answer(200, 'application/json', '{"status":"ok"}');
      case '/readyz':
        return isReady()
          ? answer(200, 'application/json', '{"status":"ready"}')
          : answer(503, 'application/json', '{"status":"not ready","reason":"no session is bound"}');
      case '/metrics':
        return void registry.metrics().then(
          (text) => answer(200, registry.contentType, text),
          () => answer(500, 'text/plain', ''),
        );
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
