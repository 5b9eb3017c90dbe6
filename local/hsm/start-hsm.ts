import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readHsmDocument, writeHsmDocument } from '#shared/adapters/hsm/hsm-document.ts';
import type { HttpHsmSecret } from '#shared/adapters/hsm/post-document.ts';
import { makeTestCertificate } from '../../test/support/test-certificate.ts';
import { answerFault, type HsmFaultName } from './hsm-faults.ts';
import { type KeyOf, mockBuild, mockOpen } from './mock-packets.ts';
import { MockRefusal } from './mock-refusal.ts';

/** One call as the HSM saw it: of a packet with its counter, of which no two may be alike. */
export interface HsmCall {
  readonly kind: 'BuildPacket' | 'OpenResponse';
  readonly callId: string;
  readonly iccid: string;
  readonly keyVersion: number;
  readonly counter: string;
}

export interface MockHsm {
  /** What an operator would put into the secret: address, certificates and key. */
  readonly secret: HttpHsmSecret;
  /** Gives it a key under a label. */
  addKey(label: string, key: Buffer): void;
  /** What the next calls meet, one fault each; after them all is well again. */
  failNext(...faults: readonly HsmFaultName[]): void;
  /** How many of those faults no call has met yet. */
  faultsLeft(): number;
  /** What every call meets until it is told otherwise. */
  failAlways(fault: HsmFaultName | null): void;
  /** How long every answer takes. */
  delayAnswers(ms: number): void;
  /** Calls that it worked on, in their order: one that was repeated under its id stands there once. */
  calls(): readonly HsmCall[];
  /** The most calls it ever had in hand at once. */
  busiest(): number;
  stop(): Promise<void>;
}

const mostOctets = 512 * 1_024;

const readRequest = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostOctets) throw new Error('The request is more than a request can be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

type Request = ReturnType<typeof readHsmDocument<'BuildPacket' | 'OpenResponse' | 'AskHealth'>>;

const answerTo = ({ name, value }: Request, keyOf: KeyOf): Buffer => {
  const { callId } = value;
  try {
    if (name === 'AskHealth') return writeHsmDocument('Health', { callId, state: 'up' });
    if (name === 'OpenResponse') return writeHsmDocument('ResponseOpened', { callId, ...mockOpen(value, keyOf) });
    return writeHsmDocument('PacketBuilt', { callId, packet: mockBuild(value, keyOf).toString('hex') });
  } catch (error) {
    if (!(error instanceof MockRefusal)) throw error;
    return writeHsmDocument('Refused', { callId, reason: error.reason });
  }
};

/** Makes the answer another one, where that is the fault. */
const spoil = (answer: Buffer, fault: HsmFaultName | undefined, { value }: Request): Buffer => {
  const text = answer.toString();
  if (fault === 'wrong-call') return Buffer.from(text.replace(value.callId, 'another-call'));
  if (fault === 'cut-off') return answer.subarray(0, answer.length / 2);
  if (fault !== 'wrong-tar' || !('tar' in value)) return answer;
  return Buffer.from(text.replace(value.tar, value.tar === 'ffffff' ? '000000' : 'ffffff'));
};

/**
 * An HSM of our XML contract on 127.0.0.1, over HTTPS, with keys in memory and certificates made at its start: it lets
 * nobody in but the holder of the one client certificate. What it answered to a call it answers again to the same.
 */
export const startHsm = async (): Promise<MockHsm> => {
  const server = makeTestCertificate('localhost');
  const client = makeTestCertificate('signalbox');
  const keys = new Map<string, Buffer>();
  const answers = new Map<string, { readonly asked: string; readonly answer: Buffer }>();
  const worked: HsmCall[] = [];
  const state: {
    queue: HsmFaultName[];
    always: HsmFaultName | null;
    delayMs: number;
    inHand: number;
    busiest: number;
  } = {
    queue: [],
    always: null,
    delayMs: 0,
    inHand: 0,
    busiest: 0,
  };
  const keyOf: KeyOf = (label) => {
    const key = label === undefined ? undefined : keys.get(label);
    if (!key) throw new MockRefusal('key.unknown');
    return key;
  };

  const work = (octets: Buffer): { readonly request: Request; readonly answer: Buffer } => {
    const request = readHsmDocument(octets, ['BuildPacket', 'OpenResponse', 'AskHealth']);
    const { callId } = request.value;
    const known = answers.get(callId);
    if (known) {
      const isSame = known.asked === octets.toString();
      return {
        request,
        answer: isSame ? known.answer : writeHsmDocument('Refused', { callId, reason: 'request.refused' }),
      };
    }
    const answer = answerTo(request, keyOf);
    answers.set(callId, { asked: octets.toString(), answer });
    if (request.name !== 'AskHealth') {
      const { iccid, keyVersion, counter } = request.value;
      worked.push({ kind: request.name, callId, iccid, keyVersion, counter });
    }
    return { request, answer };
  };

  const serve = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = state.always ?? state.queue.shift();
    const octets = await readRequest(asked);
    if (state.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, state.delayMs));
    if (fault && answerFault(fault, asked, response)) return;
    const { request, answer } = work(octets);
    if (fault === 'dead-after') return void asked.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/xml' }).end(spoil(answer, fault, request));
  };

  const https = createServer(
    { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    (asked, response) => {
      state.inHand += 1;
      state.busiest = Math.max(state.busiest, state.inHand);
      response.once('close', () => {
        state.inHand -= 1;
      });
      // What is no document of the contract is answered as HTTP has it: the caller is ours, and its fault a bug.
      serve(asked, response).catch(() => response.writeHead(400).end());
    },
  );
  https.on('tlsClientError', () => undefined);
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  const { port } = https.address() as AddressInfo;
  return {
    secret: { url: `https://localhost:${port}/`, ca: server.cert, cert: client.cert, key: client.key },
    addKey: (label, key) => void keys.set(label, key),
    failNext: (...faults) => void state.queue.push(...faults),
    faultsLeft: () => state.queue.length,
    failAlways: (fault) => {
      state.always = fault;
    },
    delayAnswers: (ms) => {
      state.delayMs = ms;
    },
    calls: () => [...worked],
    busiest: () => state.busiest,
    stop: async () => {
      https.close();
      https.closeAllConnections();
      if (https.listening) await once(https, 'close');
    },
  };
};
