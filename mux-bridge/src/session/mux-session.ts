import {
  type DatagramMode,
  dataTypes,
  errorStatuses,
  type MessageName,
  type MessageOf,
  type SimulcryptMessage,
  sectionTsPktFlags,
} from '#shared/domain/simulcrypt/messages.ts';
import type { SimulcryptFault } from '#shared/domain/simulcrypt/simulcrypt-error.ts';

/** What a channel with one stream is opened with. */
export interface MuxSessionSettings {
  readonly client_id: number;
  readonly channel_id: number;
  readonly stream_id: number;
  readonly data_id: number;
  readonly mode: DatagramMode;
  /** Asked for; what is allocated counts. */
  readonly bandwidth_kbit_s: number;
  /** False: the bandwidth was agreed upon otherwise, and is not asked for. */
  readonly negotiates: boolean;
  /** How long an answer may take. */
  readonly answerMs: number;
  /** After so long without a word of the MUX it is asked whether it is there. */
  readonly quietMs: number;
}

/** Why a session is over. */
export type MuxFailure =
  | { readonly kind: 'refused'; readonly during: MessageName; readonly statuses: readonly number[] }
  | { readonly kind: 'timeout'; readonly during: MessageName }
  | { readonly kind: 'closed-by-mux' }
  | { readonly kind: 'error'; readonly statuses: readonly number[] }
  | { readonly kind: 'unreachable' | 'stalled' | 'malformed' };

export interface MuxSessionWorld {
  send(message: SimulcryptMessage): void;
  /** The session is over: the connection is to be closed, now that what was sent is on its way. */
  ended(failure: MuxFailure | null): void;
  /** So much may be sent from now on, in kbit/s. */
  allocated(kbitS: number): void;
  /** What the MUX complains of without ending anything. */
  complained(statuses: readonly number[]): void;
}

type State = 'channel' | 'stream' | 'bandwidth' | 'providing' | 'closing' | 'over';

export interface MuxSession {
  readonly state: State;
  /** The first message. The given time is monotonic milliseconds, here and everywhere. */
  open(now: number): void;
  received(message: SimulcryptMessage, now: number): void;
  /** Something whole came that is no message of the protocol. */
  misunderstood(fault: SimulcryptFault): void;
  /** To be called several times a second. */
  tick(now: number): void;
  /** Asks for another bandwidth. */
  request(bandwidthKbitS: number, now: number): void;
  /** Closes the stream, then the channel. */
  close(now: number): void;
}

/** After a complaint of too much, this part of the allocation is used until the MUX allocates anew. */
const afterExceeding = 0.9;

const statusOfFault: Readonly<Record<SimulcryptFault, number>> = {
  length: errorStatuses.invalid_message,
  message_type: errorStatuses.unknown_message_type,
  parameter: errorStatuses.missing_parameter,
  value: errorStatuses.invalid_value,
  version: errorStatuses.unsupported_protocol_version,
};

/**
 * The EMMG's side of the conversation (ETSI TS 103 197, 6.2): one channel with one stream. Nothing here knows a socket or
 * a clock.
 */
export const createMuxSession = (settings: MuxSessionSettings, world: MuxSessionWorld): MuxSession => {
  const channel = { client_id: settings.client_id, data_channel_id: settings.channel_id };
  const stream = { ...channel, data_stream_id: settings.stream_id };
  let state: State = 'channel';
  /** What an answer is awaited to, and until when. */
  let awaited: { readonly to: MessageName; readonly until: number } | null = null;
  let heardAt = 0;
  let granted = 0;
  let wanted = settings.bandwidth_kbit_s;

  const ask = (message: SimulcryptMessage, now: number): void => {
    awaited = { to: message.message, until: now + settings.answerMs };
    world.send(message);
  };

  const grant = (kbitS: number): void => {
    if (kbitS !== granted) world.allocated(kbitS);
    granted = kbitS;
  };

  const end = (failure: MuxFailure | null): void => {
    if (state === 'over') return;
    state = 'over';
    awaited = null;
    grant(0);
    world.ended(failure);
  };

  const askForBandwidth = (now: number): void => {
    ask({ message: 'stream_BW_request', ...stream, bandwidth: wanted }, now);
  };

  const isStreamOpen = (): boolean => state === 'bandwidth' || state === 'providing' || state === 'closing';

  const closeChannel = (): void => {
    world.send({ message: 'channel_close', ...channel });
    end(null);
  };

  const proceed = (now: number): void => {
    awaited = null;
    if (state === 'channel') {
      state = 'stream';
      ask({ message: 'stream_setup', ...stream, data_id: settings.data_id, data_type: dataTypes.emm }, now);
    } else if (state === 'stream' && settings.negotiates) {
      state = 'bandwidth';
      askForBandwidth(now);
    } else if (state === 'stream') {
      state = 'providing';
      grant(wanted);
    }
  };

  const failed = (statuses: readonly number[]): void => {
    if (state === 'providing' && statuses.every((status) => status === errorStatuses.exceeded_bandwidth)) {
      world.complained(statuses);
      grant(granted * afterExceeding);
    } else if (state === 'closing') closeChannel();
    else end(awaited ? { kind: 'refused', during: awaited.to, statuses } : { kind: 'error', statuses });
  };

  const obey = (message: MessageOf<'stream_BW_allocation'>): void => {
    if (awaited?.to === 'stream_BW_request') awaited = null;
    if (state === 'bandwidth') state = 'providing';
    // 6.2.5.8: without a value the MUX does not know; then it is what was asked for.
    if (state === 'providing') grant(Math.min(message.bandwidth ?? wanted, wanted));
  };

  const answerTest = (message: MessageOf<'channel_test' | 'stream_test'>): void => {
    const { section, packet } = sectionTsPktFlags;
    if (message.message === 'channel_test')
      world.send({
        message: 'channel_status',
        ...channel,
        section_TSpkt_flag: settings.mode === 'packet' ? packet : section,
      });
    else if (isStreamOpen())
      world.send({ message: 'stream_status', ...stream, data_id: settings.data_id, data_type: dataTypes.emm });
    else complain(errorStatuses.unknown_data_stream_id);
  };

  const complain = (status: number): void =>
    world.send({ message: 'channel_error', ...channel, error_status: [status], error_information: [] });

  /** A status of another channel or stream says nothing about ours. */
  const isOurs = (message: SimulcryptMessage): boolean => {
    if (message.client_id !== channel.client_id) return false;
    if (message.data_channel_id !== channel.data_channel_id) return false;
    return !('data_stream_id' in message) || message.data_stream_id === stream.data_stream_id;
  };

  const refuseForeign = (message: SimulcryptMessage) => {
    if (message.message === 'channel_error' || message.message === 'stream_error') return failed(message.error_status);
    if (message.client_id !== channel.client_id) return complain(errorStatuses.unknown_client_id);
    if (message.data_channel_id !== channel.data_channel_id) return complain(errorStatuses.unknown_data_channel_id);
    complain(errorStatuses.unknown_data_stream_id);
  };

  const handle = (message: SimulcryptMessage, now: number) => {
    switch (message.message) {
      case 'channel_test':
      case 'stream_test':
        return answerTest(message);
      case 'channel_status':
        if (awaited?.to === 'channel_setup') proceed(now);
        else if (awaited?.to === 'channel_test') awaited = null;
        return;
      case 'stream_status':
        if (awaited?.to === 'stream_setup') proceed(now);
        return;
      case 'stream_BW_allocation':
        return obey(message);
      case 'channel_error':
      case 'stream_error':
        return failed(message.error_status);
      case 'stream_close_request':
        world.send({ message: 'stream_close_response', ...stream });
        return end({ kind: 'closed-by-mux' });
      case 'stream_close_response':
        return state === 'closing' ? closeChannel() : undefined;
      case 'channel_close':
        return end(state === 'closing' ? null : { kind: 'closed-by-mux' });
      default:
        // The rest is what an EMMG says, never a MUX.
        return complain(errorStatuses.unknown_message_type);
    }
  };

  return {
    get state() {
      return state;
    },
    open: (now) => {
      heardAt = now;
      const flag = settings.mode === 'packet' ? sectionTsPktFlags.packet : sectionTsPktFlags.section;
      ask({ message: 'channel_setup', ...channel, section_TSpkt_flag: flag }, now);
    },
    received: (message, now) => {
      if (state === 'over') return;
      heardAt = now;
      if (isOurs(message)) handle(message, now);
      else refuseForeign(message);
    },
    misunderstood: (fault) => {
      if (state !== 'over') complain(statusOfFault[fault]);
    },
    tick: (now) => {
      if (state === 'over') return;
      if (awaited && now >= awaited.until) end(state === 'closing' ? null : { kind: 'timeout', during: awaited.to });
      else if (!awaited && state === 'providing' && now - heardAt >= settings.quietMs)
        ask({ message: 'channel_test', ...channel }, now);
    },
    request: (bandwidthKbitS, now) => {
      wanted = bandwidthKbitS;
      if (state !== 'providing') return;
      // Less is used at once; more when it is allocated.
      if (wanted < granted) grant(wanted);
      if (settings.negotiates) askForBandwidth(now);
      else grant(wanted);
    },
    close: (now) => {
      if (state === 'over' || state === 'closing') return;
      const wasOpen = isStreamOpen();
      state = 'closing';
      grant(0);
      if (wasOpen) ask({ message: 'stream_close_request', ...stream }, now);
      else closeChannel();
    },
  };
};
