import { Agent, request } from 'node:http';

export interface Poster {
  /**
   * Posts JSON, and gives the milliseconds until the whole answer was there.
   *
   * @throws Error when it was not answered 202.
   */
  post(path: string, body: object): Promise<number>;
  close(): void;
}

/** Posts over so many connections, which stay open. */
export const createPoster = (apiUrl: string, apiKey: string, connections: number): Poster => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        const outgoing = request(new URL(path, apiUrl), { agent, method: 'POST', headers }, (response) => {
          response.resume();
          response.once('end', () =>
            response.statusCode === 202
              ? resolve(performance.now() - startedAt)
              : reject(new Error(`POST was answered ${response.statusCode}`)),
          );
        });
        outgoing.once('error', reject).end(JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
};
