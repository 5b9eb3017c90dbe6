import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { firstMessage, parameter, type ReadMessage, readMessage, type, writeMessage } from './mux-octets.ts';
import { createTransportStream } from './transport-stream.ts';

export interface MuxOptions {
  /** Where the transport stream is written to. */
  readonly file: string;
  /** Whose EMMs the CAT announces. */
  readonly caSystemId: number;
  /** Whether sections share packets; some receivers find only the first of a packet. Default true. */
  readonly isPacked?: boolean;
  /** The most it allocates, in kbit/s. Default 1,000. */
  readonly bandwidthKbitS?: number;
  /** Port on 127.0.0.1; default 0, a free one. */
  readonly port?: number;
  /** Told every packet of the transport stream. */
  readonly packet?: (packet: Buffer) => void;
  /** Told every message that comes and goes. */
  readonly message?: (octets: Buffer) => void;
}

/** What the MUX was given. */
export interface Provided {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Which connection gave it: counted from 1. */
  readonly connection: number;
  /** In section mode a section, in packet mode a packet. */
  readonly datagram: Buffer;
}

export interface Mux {
  readonly host: string;
  readonly port: number;
  /** EMMGs that are connected now. */
  readonly connections: number;
  /** The datagrams of late; in a test all of them. */
  readonly provided: readonly Provided[];
  /** message_type of every message that came, in order. */
  readonly heard: readonly number[];
  /** What was wrong with what came: it should stay empty. */
  readonly faults: readonly string[];
  /** Changes what it allocates, and tells those who are connected. */
  allocate(kbitS: number): void;
  /** Asks every channel and stream for its status. */
  test(): void;
  /** Answers the next setups with these error statuses; an empty list ends that. */
  refuse(during: 'channel' | 'stream', statuses: readonly number[]): void;
  /** Complains to everybody of their streams. */
  complain(status: number): void;
  /** Takes nothing more from the connections that there are, until it is to go on. */
  stall(isStalled: boolean): void;
  /** Sends octets as they are. */
  sendRaw(octets: Buffer): void;
  /** Ends every connection without a word. */
  disconnect(): void;
  stop(): Promise<void>;
}

interface Peer {
  readonly socket: Socket;
  readonly connection: number;
  version: number;
  channel: readonly (readonly [number, string])[] | null;
  stream: readonly (readonly [number, string])[] | null;
  isPackets: boolean;
}

/** Over so many seconds an EMMG is measured; what a timer makes up for evens out within them. */
const measuredSeconds = 10;
/** What is under way when an allocation shrinks is not counted against the new one. */
const settlingMs = 500;
/** What is remembered of what was given. */
const mostProvided = 200_000;
const uint16 = (value: number): string => value.toString(16).padStart(4, '0');

/**
 * A multiplexer's side of EMMG/PDG <=> MUX: it grants what it has, tests, measures, refuses and stalls as it is told, and
 * writes what it gets into a transport stream.
 */
export const startMux = async (options: MuxOptions): Promise<Mux> => {
  const peers = new Set<Peer>();
  const provided: Provided[] = [];
  const heard: number[] = [];
  const faults: string[] = [];
  const refusals: Record<'channel' | 'stream', readonly number[]> = { channel: [], stream: [] };
  let most = options.bandwidthKbitS ?? 1_000;
  let connections = 0;
  let isStalled = false;
  let allocatedAt = 0;
  const output = createTransportStream(
    options.file,
    { caSystemId: options.caSystemId, isPacked: options.isPacked ?? true },
    options.packet ?? (() => undefined),
  );

  const pick = ({ values }: ReadMessage, ...tags: readonly number[]): (readonly [number, string])[] =>
    tags.flatMap((tag) => {
      const value = values.get(tag)?.[0];
      if (!value) faults.push(`parameter ${uint16(tag)} is missing`);
      return value ? [[tag, value.toString('hex')] as const] : [];
    });

  const send = (peer: Peer, messageType: number, parameters: readonly (readonly [number, string])[]): void => {
    const octets = writeMessage(peer.version, messageType, parameters);
    options.message?.(octets);
    peer.socket.write(octets);
  };

  const refuse = (peer: Peer, messageType: number, statuses: readonly number[], ids: Peer['channel']): void =>
    send(peer, messageType, [
      ...(ids ?? []),
      ...statuses.map((status) => [parameter.errorStatus, uint16(status)] as const),
    ]);

  const measure = (peer: Peer): void => {
    const since = performance.now() - measuredSeconds * 1000;
    if (since < allocatedAt) return;
    let octets = 0;
    for (let at = provided.length - 1; at >= 0 && (provided[at]?.at ?? 0) >= since; at -= 1)
      if (provided[at]?.connection === peer.connection) octets += provided[at]?.datagram.length ?? 0;
    const onAir = peer.isPackets ? octets : (octets * 188) / 183;
    if (onAir * 8 > most * 1000 * measuredSeconds) faults.push(`${onAir} octets within ${measuredSeconds} s`);
  };

  const provide = (peer: Peer, message: ReadMessage): void => {
    const datagrams = (message.values.get(parameter.datagram) ?? []).map((each) => Buffer.from(each));
    if (!peer.stream) faults.push('data_provision without a stream');
    pick(message, parameter.clientId, parameter.channelId, parameter.streamId, parameter.dataId, parameter.datagram);
    for (const datagram of datagrams) provided.push({ at: performance.now(), connection: peer.connection, datagram });
    if (provided.length > mostProvided) provided.splice(0, mostProvided / 2);
    if (peer.isPackets) output.packets(datagrams);
    else output.sections(datagrams);
    measure(peer);
  };

  const { clientId, channelId, streamId, dataId, dataType, sectionTsPktFlag, bandwidth } = parameter;

  const hear = (peer: Peer, message: ReadMessage) => {
    heard.push(message.type);
    peer.version = message.version;
    switch (message.type) {
      case type.channelSetup: {
        const ids = pick(message, clientId, channelId);
        if (refusals.channel.length > 0) return refuse(peer, type.channelError, refusals.channel, ids);
        peer.channel = ids;
        peer.isPackets = message.values.get(sectionTsPktFlag)?.[0]?.[0] === 1;
        return send(peer, type.channelStatus, pick(message, clientId, channelId, sectionTsPktFlag));
      }
      case type.streamSetup: {
        const ids = pick(message, clientId, channelId, streamId);
        if (refusals.stream.length > 0) return refuse(peer, type.streamError, refusals.stream, ids);
        peer.stream = ids;
        return send(peer, type.streamStatus, pick(message, clientId, channelId, streamId, dataId, dataType));
      }
      case type.bandwidthRequest: {
        const [wanted] = pick(message, bandwidth);
        const granted = Math.min(most, Number.parseInt(wanted?.[1] ?? '0', 16));
        return send(peer, type.bandwidthAllocation, [...(peer.stream ?? []), [bandwidth, uint16(granted)]]);
      }
      case type.channelTest:
        return send(peer, type.channelStatus, [
          ...(peer.channel ?? []),
          [sectionTsPktFlag, peer.isPackets ? '01' : '00'],
        ]);
      case type.channelStatus:
      case type.streamStatus:
        return;
      case type.dataProvision:
        return provide(peer, message);
      case type.streamCloseRequest:
        peer.stream = null;
        return send(peer, type.streamCloseResponse, pick(message, clientId, channelId, streamId));
      case type.channelClose:
        peer.socket.end();
        return;
      default:
        faults.push(`message_type ${uint16(message.type)}`);
    }
  };

  const server = createServer((socket) => {
    connections += 1;
    const peer: Peer = {
      socket,
      connection: connections,
      version: 3,
      channel: null,
      stream: null,
      isPackets: false,
    };
    peers.add(peer);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let octets = firstMessage(rest); octets; octets = firstMessage(rest)) {
        rest = rest.subarray(octets.length);
        options.message?.(octets);
        hear(peer, readMessage(octets));
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => peers.delete(peer));
    if (isStalled) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get connections() {
      return peers.size;
    },
    provided,
    heard,
    faults,
    allocate: (kbitS) => {
      most = kbitS;
      allocatedAt = performance.now() + settlingMs;
      for (const peer of peers)
        if (peer.stream) send(peer, type.bandwidthAllocation, [...peer.stream, [bandwidth, uint16(kbitS)]]);
    },
    test: () => {
      for (const peer of peers) {
        if (peer.channel) send(peer, type.channelTest, peer.channel);
        if (peer.stream) send(peer, type.streamTest, peer.stream);
      }
    },
    refuse: (during, statuses) => {
      refusals[during] = statuses;
    },
    complain: (status) => {
      for (const peer of peers) if (peer.stream) refuse(peer, type.streamError, [status], peer.stream);
    },
    stall: (stalled) => {
      isStalled = stalled;
      for (const { socket } of peers) {
        if (stalled) socket.pause();
        else socket.resume();
      }
    },
    sendRaw: (octets) => {
      for (const { socket } of peers) socket.write(octets);
    },
    disconnect: () => {
      for (const { socket } of peers) socket.destroy();
    },
    stop: async () => {
      for (const { socket } of peers) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await output.close();
    },
  };
};
