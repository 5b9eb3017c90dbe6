import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

const stopServer = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};

/**
 * Listens on 127.0.0.1; port 0 takes a free one.
 *
 * @throws Error naming the port and what mends it, when the port is taken.
 */
export const listen = async (port: number, onRequest: RequestListener): Promise<Listener> => {
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, onRequest);
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    const advice = `Stop what listens there, or choose another port, for instance PORT=${port + 1} npm start.`;
    throw new Error(`Port ${port} on 127.0.0.1 is taken. ${advice}`, { cause: error });
  }
  const { port: actual } = server.address() as AddressInfo;
  return { port: actual, url: `http://127.0.0.1:${actual}`, stop: () => stopServer(server) };
};

/** Reads a request's body; `undefined` when it is longer than the limit, and then the connection is of no more use. */
export const readBody = async (message: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> => {
  if (Number(message.headers['content-length'] ?? 0) > maximumBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
};
