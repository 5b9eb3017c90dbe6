import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** What a task tells those who look after it. */
export interface Health {
  isReady(): boolean;
  /** Why it is not, in a few words: nothing that is secret. */
  readonly notReady: string;
  /** In Prometheus' text format. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const json = (status: string, reason?: string): string => JSON.stringify({ status, reason });

/**
 * /healthz while the process lives, /readyz while it does its work, /metrics in Prometheus' text format.
 *
 * @param port 0 takes a free one.
 */
export const startHealthServer = async (port: number, health: Health): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    switch (request.url) {
      case '/healthz':
        return answer(200, 'application/json', json('ok'));
      case '/readyz':
        return health.isReady()
          ? answer(200, 'application/json', json('ready'))
          : answer(503, 'application/json', json('not ready', health.notReady));
      case '/metrics':
        return void health.metrics().then(
          ({ contentType, text }) => answer(200, contentType, text),
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
