import { randomUUID } from 'node:crypto';
import type { HsmDocumentName } from '#shared/contracts/hsm-xml.ts';
import { type CommandSpec, commandOctets, encodeCounter } from '#shared/domain/ota/command-packet.ts';
import { isResponseStatus } from '#shared/domain/ota/response-status.ts';
import { encodeSpi } from '#shared/domain/ota/security-parameters.ts';
import type { BuildRequest, Built, HsmHealth, HsmRefusal, Opened, OpenRequest, PacketHsm } from './hsm-backend.ts';
import {
  type AnyHsmDocument,
  buildPacketDocument,
  openResponseDocument,
  readHsmDocument,
  writeHsmDocument,
} from './hsm-document.ts';
import { HsmFault } from './hsm-fault.ts';
import { refusalOf } from './packet-hsm.ts';
import { type HsmConnection, HttpHsmSecret, openHsmConnection } from './post-document.ts';

export interface HttpHsmOptions {
  /** Gives the secret's current text; another text means another connection. */
  readonly secret: () => Promise<string>;
  /** For one call; the visibility of the queue behind which it is made must be longer. */
  readonly deadlineMs: number;
  readonly maxSockets: number;
}

const garbage = (message: string, cause?: unknown) => new HsmFault('hsm.garbage', message, { cause });

const connectorOf = ({ secret, ...options }: HttpHsmOptions) => {
  let current: { readonly text: string; readonly connection: HsmConnection } | undefined;
  return {
    connect: async (): Promise<HsmConnection> => {
      const text = await secret().catch((cause: unknown) => {
        throw new HsmFault('hsm.unreachable', 'The secret of the HSM is not to be had.', { cause });
      });
      if (current?.text === text) return current.connection;
      const connection = openHsmConnection(readSecret(text), options);
      // The one before is left to its calls: what is idle of it closes by itself.
      current = { text, connection };
      return connection;
    },
    close: () => current?.connection.close(),
  };
};

const readSecret = (text: string): HttpHsmSecret => {
  try {
    return HttpHsmSecret.parse(JSON.parse(text));
  } catch {
    throw new HsmFault('hsm.unreachable', 'The secret of the HSM is not filled in as it has to be.');
  }
};

/**
 * Whether the packet can be what was asked for, as far as it can be seen without the keys: a wrong packet would be one
 * that a card refuses, or one for another application.
 */
const isAsAsked = (packet: Buffer, spec: CommandSpec): boolean => {
  const { length } = packet;
  const isAtLength = length === commandOctets(spec, spec.data.length) && packet.readUInt16BE(0) === length - 2;
  const isAddressed = packet.subarray(3, 5).equals(encodeSpi(spec.spi)) && packet.subarray(7, 10).equals(spec.tar);
  if (!isAtLength || !isAddressed) return false;
  if (spec.spi.ciphered) return true;
  return (
    packet.subarray(10, 15).equals(encodeCounter(spec.counter)) &&
    packet.subarray(3 + (packet[2] ?? 0)).equals(spec.data)
  );
};

const toBuilt = (answer: AnyHsmDocument<'PacketBuilt' | 'Refused'>, { spec }: BuildRequest): Built => {
  if (answer.name === 'PacketBuilt') {
    const packet = Buffer.from(answer.value.packet, 'hex');
    if (!isAsAsked(packet, spec)) throw garbage('The HSM built another packet than was asked for.');
    return { outcome: 'built', packet };
  }
  const { reason } = answer.value;
  if (reason === 'response.not_authentic') throw garbage('The HSM refuses an answer where none was given.');
  return { outcome: 'refused', reason };
};

const toOpened = (answer: AnyHsmDocument<'ResponseOpened' | 'Refused'>, { spec }: OpenRequest): Opened => {
  if (answer.name === 'Refused') {
    const { reason } = answer.value;
    return reason === 'response.not_authentic' ? { outcome: 'not-authentic', reason } : { outcome: 'refused', reason };
  }
  const { tar, counter, status, data, ...rest } = answer.value;
  const isProvable = spec.spi.porIntegrity === 'cc';
  const claimsTooMuch = rest.authenticated ? !isProvable : isProvable && status === 0;
  if (!isResponseStatus(status) || claimsTooMuch || tar !== spec.tar.toString('hex'))
    throw garbage('The HSM says of the answer what it can not know.');
  const response = { ...rest, status, tar: spec.tar, counter: BigInt(`0x${counter}`), data: Buffer.from(data, 'hex') };
  return { outcome: 'opened', response };
};

/** Nothing was asked yet: what can not be written, or could not be checked when it comes, is refused here. */
const documentOrRefusal = (write: () => Buffer): Buffer | HsmRefusal => {
  try {
    return write();
  } catch (error) {
    return refusalOf(error);
  }
};

/**
 * An HSM, or the OTA server before it, that speaks our XML over HTTPS with certificates on both sides (docs/hsm.xsd).
 * It keeps the keys and builds whole packets. A call is made once: the caller has a counter, and knows what to do.
 */
export const createHttpXmlHsm = (options: HttpHsmOptions): PacketHsm => {
  const { connect, close } = connectorOf(options);
  const call = async <Name extends HsmDocumentName>(document: Buffer, callId: string, names: readonly Name[]) => {
    const octets = await (await connect()).post(document);
    let answer: AnyHsmDocument<Name>;
    try {
      answer = readHsmDocument(octets, names);
    } catch (cause) {
      throw garbage('The HSM answers what is no document of the contract.', cause);
    }
    if (answer.value.callId !== callId) throw garbage('The HSM answers another call.');
    return answer;
  };
  const health = async (): Promise<HsmHealth> => {
    const callId = `health-${randomUUID()}`;
    try {
      const { value } = await call(writeHsmDocument('AskHealth', { callId }), callId, ['Health']);
      return value.state === 'up' ? { state: 'up' } : { state: 'down', reason: value.reason ?? 'it gives no reason' };
    } catch (error) {
      if (error instanceof HsmFault) return { state: 'down', reason: error.reason };
      throw error;
    }
  };
  return {
    name: 'http-xml',
    capabilities: {
      level: 'packets',
      ciphers: ['des-cbc', 'des-ecb', '3des-2-cbc', '3des-2-ecb', '3des-3-cbc', '3des-3-ecb', 'aes-cbc'],
      macs: ['des-cbc-mac', '3des-2-cbc-mac', '3des-3-cbc-mac', 'aes-cmac'],
    },
    health,
    close: async () => close(),
    build: async (request) => {
      const document = documentOrRefusal(() => {
        commandOctets(request.spec, request.spec.data.length);
        return buildPacketDocument(request);
      });
      if (typeof document === 'string') return { outcome: 'refused', reason: document };
      return toBuilt(await call(document, request.callId, ['PacketBuilt', 'Refused']), request);
    },
    open: async (request) => {
      const document = documentOrRefusal(() => openResponseDocument(request));
      if (typeof document === 'string') return { outcome: 'refused', reason: document };
      return toOpened(await call(document, request.callId, ['ResponseOpened', 'Refused']), request);
    },
  };
};
