import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import * as z from 'zod';
import { hsmXmlLimits } from '#shared/contracts/hsm-xml.ts';
import { HsmFault } from './hsm-fault.ts';

/** Where the HSM is and how both sides prove who they are, as its secret says it. Certificates and the key are PEM. */
export const HttpHsmSecret = z.object({
  url: z.url({ protocol: /^https$/ }),
  /** Who signed the HSM's certificate: no other authority is trusted. */
  ca: z.string().min(1),
  cert: z.string().min(1),
  key: z.string().min(1),
});
export type HttpHsmSecret = z.infer<typeof HttpHsmSecret>;

export interface HsmConnection {
  /** @throws HsmFault. */
  post(document: Buffer): Promise<Buffer>;
  close(): void;
}

/** Shorter than any server keeps an idle connection: a request on one that it is just closing has an unknown end. */
const idleMs = 4_000;
/** The server turned our certificate down, which with TLS 1.3 is heard only after the request is on its way. */
const handshakeRefused = /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

const readBody = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > hsmXmlLimits.octets) throw new HsmFault('hsm.garbage', 'The HSM answers more than an answer can be.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const receive = async (response: IncomingMessage): Promise<Buffer> => {
  const { statusCode = 0 } = response;
  if (statusCode === 200) return readBody(response);
  response.destroy();
  // The contract has these two for an HSM that did nothing.
  if (statusCode === 429 || statusCode === 503)
    throw new HsmFault('hsm.unavailable', `The HSM answers ${statusCode}: it is busy.`);
  throw new HsmFault('hsm.garbage', `The HSM answers ${statusCode}.`);
};

const toFault = (cause: unknown, wasAsked: boolean): HsmFault => {
  if (cause instanceof HsmFault) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return !wasAsked || handshakeRefused.test(code)
    ? new HsmFault('hsm.unreachable', `The HSM is not reached: ${code}.`, { cause })
    : new HsmFault('hsm.connection_lost', `The connection to the HSM broke: ${code}.`, { cause });
};

/**
 * HTTPS to an HSM with certificates on both sides. One call is one request: nothing is repeated here. The deadline is
 * for all of it, from looking up the name to the answer's last octet.
 */
export const openHsmConnection = (
  { url, ca, cert, key }: HttpHsmSecret,
  { deadlineMs, maxSockets }: { readonly deadlineMs: number; readonly maxSockets: number },
): HsmConnection => {
  const agent = new Agent({ keepAlive: true, maxSockets, ca, cert, key, minVersion: 'TLSv1.2', timeout: idleMs });
  const post = (document: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      let wasAsked = false;
      const headers = {
        'content-type': 'application/xml',
        accept: 'application/xml',
        'content-length': document.length,
      };
      const asking = request(url, { method: 'POST', agent, headers });
      const settle = (finish: () => void): void => {
        clearTimeout(deadline);
        finish();
      };
      const fail = (error: unknown): void => {
        asking.destroy();
        settle(() => reject(toFault(error, wasAsked)));
      };
      const deadline = setTimeout(
        () => fail(new HsmFault(wasAsked ? 'hsm.timeout' : 'hsm.unreachable', `No answer in ${deadlineMs} ms.`)),
        deadlineMs,
      );
      asking.on('socket', (socket) => {
        // One that stands takes the request at once; a new one when its handshake is over.
        wasAsked = !socket.connecting;
        if (!wasAsked) socket.once('secureConnect', () => (wasAsked = true));
      });
      asking.on('error', fail);
      asking.on('response', (response) => {
        receive(response).then((body) => settle(() => resolve(body)), fail);
      });
      asking.end(document);
    });
  return { post, close: () => agent.destroy() };
};
