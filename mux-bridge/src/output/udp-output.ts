import { createSocket } from 'node:dgram';
import { encodeMessage } from '#shared/domain/simulcrypt/codec.ts';
import type { DatagramMode, ProtocolVersion } from '#shared/domain/simulcrypt/messages.ts';
import type { Output } from './output.ts';

export interface UdpOutputSettings {
  readonly host: string;
  readonly port: number;
  readonly version: ProtocolVersion;
  readonly client_id: number;
  readonly data_id: number;
  readonly mode: DatagramMode;
  readonly packs: boolean;
  readonly bandwidth_kbit_s: number;
}

/** What a datagram carries without being cut on its way: seven packets of a transport stream. */
const mostOctets = 1_316;

/** Cuts a row of datagrams into rows of at most so many octets; a single larger one stays whole. */
export const inRows = (datagrams: readonly Uint8Array[], most: number): Uint8Array[][] => {
  const rows: Uint8Array[][] = [];
  let octets = most;
  for (const datagram of datagrams) {
    octets += datagram.length;
    const row = rows.at(-1);
    if (row && octets <= most) row.push(datagram);
    else {
      rows.push([datagram]);
      octets = datagram.length;
    }
  }
  return rows;
};

/** data_provision over UDP, at the carousel's own bandwidth: nobody answers there (ETSI TS 103 197, 6.1). */
export const createUdpOutput = (settings: UdpOutputSettings, failed: (error: Error) => void): Output => {
  const { host, port, version, client_id, data_id, mode } = settings;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let allocation = settings.bandwidth_kbit_s;
  let isOver = false;
  socket.on('error', failed);

  const destroy = (): void => {
    if (isOver) return;
    isOver = true;
    allocation = 0;
    socket.close();
  };

  return {
    mode,
    isPacked: settings.packs,
    get allocation() {
      return allocation;
    },
    send: (datagrams) => {
      for (const datagram of inRows(datagrams, mostOctets)) {
        const message = encodeMessage(version, { message: 'data_provision', client_id, data_id, datagram });
        socket.send(message, port, host, (error) => {
          if (error && !isOver) failed(error);
        });
      }
    },
    request: (bandwidthKbitS) => {
      allocation = bandwidthKbitS;
    },
    close: async () => destroy(),
    destroy,
  };
};
