/** What this repository uses of `smpp` 0.5.1, which brings no types. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Socket, Server as TcpServer } from 'node:net';
  import type { Readable } from 'node:stream';

  export interface Pdu {
    readonly command: string;
    readonly command_id: number;
    readonly command_status: number;
    readonly sequence_number: number;
    isResponse(): boolean;
    response(fields?: Readonly<Record<string, unknown>>): Pdu;
    toBuffer(): Buffer;
    readonly [field: string]: unknown;
  }

  type Answered = (answer: Pdu) => void;
  type Request = (fields: Readonly<Record<string, unknown>>, answered?: Answered) => boolean;

  export interface Session extends EventEmitter {
    readonly socket: Socket;
    /** Set while it takes PDUs apart, and left set for ever by whatever throws meanwhile. */
    _busy: boolean;
    _command_length: number | null;
    _callbacks: Record<number, Answered>;
    _extractPDUs(): void;
    send(pdu: Pdu, answered?: Answered): boolean;
    pause(): void;
    resume(): void;
    /** Ends the socket once everything is written. */
    close(closed?: () => void): void;
    destroy(closed?: () => void): void;
    bind_transceiver: Request;
    bind_transmitter: Request;
    bind_receiver: Request;
    submit_sm: Request;
    data_sm: Request;
    query_sm: Request;
    deliver_sm: Request;
    enquire_link: Request;
    unbind: Request;
  }

  export interface Server extends TcpServer {
    readonly sessions: Session[];
  }

  interface PduType {
    new (command: string, fields?: Readonly<Record<string, unknown>>): Pdu;
    new (octets: Buffer): Pdu;
    maxLength: number;
    commandLength(stream: Readable): number | false;
    fromStream(stream: Readable, length: number): Pdu | false;
  }

  interface Alphabet {
    match(text: string): boolean;
    encode(text: string): Buffer;
    decode(octets: Buffer): string;
  }

  interface Package {
    createServer(listener: (session: Session) => void): Server;
    connect(options: { readonly host: string; readonly port: number }): Session;
    readonly PDU: PduType;
    readonly encodings: { readonly ASCII: Alphabet; readonly LATIN1: Alphabet; readonly UCS2: Alphabet };
    readonly filters: Record<'message' | 'time', { decode: (value: unknown) => unknown }>;
  }

  const smpp: Package;
  // biome-ignore lint/style/noDefaultExport: it is CommonJS, whose module.exports is imported as the default.
  export default smpp;
}
