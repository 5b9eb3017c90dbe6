import { commandStatuses } from '../pdu/command-status.ts';
import { PduError } from '../pdu/pdu-error.ts';
import type { Connection } from './connection.ts';
import type { Clock, Session, SessionEvents, SubmitResponse, SubmitResult } from './session-types.ts';
import { createWindow } from './window.ts';

/** Above this many octets that the peer has not taken, no more messages are put before it. */
const highWaterMark = 256 * 1024;

/** How many lost responses are remembered, in windows and at least. */
const tombstoneWindows = 20;
const leastTombstones = 1_000;

interface Submission {
  readonly token: unknown;
  readonly resolve: (result: SubmitResult) => void;
}

/** The submit_sm of one session: its window, and the fate of each. */
export interface Submissions
  extends Pick<Session, 'submit' | 'whenSlotFree' | 'resizeWindow' | 'freeSlots' | 'inFlight'> {
  nextSequenceNumber(): number;
  readonly oldestSentAt: number | undefined;
  /** The bind took place and lets messages be sent. */
  start(): void;
  /** No more are taken; those in flight may finish. */
  stop(): void;
  /** Decides the request that was answered; false when no request, in flight or given up, has this number. */
  answered(sequenceNumber: number, response: SubmitResponse): boolean;
  /** Gives up those that have waited for `timeoutMs`; gives their numbers. */
  expire(timeoutMs: number): readonly number[];
  /** The connection is over: each in flight is unknown, or not sent when its bytes never left. */
  abandon(): void;
  /** Lets those who wait for a slot look again. */
  wake(): void;
}

interface SubmissionsContext {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly windowSize: number;
  readonly lateResponse: SessionEvents['lateResponse'];
}

const createWaitingRoom = () => {
  let waiters: ((free: boolean) => void)[] = [];
  return {
    get empty() {
      return waiters.length === 0;
    },
    wait: () => new Promise<boolean>((resolve) => waiters.push(resolve)),
    release: (free: boolean) => {
      const released = waiters;
      waiters = [];
      for (const resolve of released) resolve(free);
    },
  };
};

export const createSubmissions = (context: SubmissionsContext): Submissions => {
  const { connection, clock, windowSize } = context;
  const window = createWindow<Submission, unknown>({
    size: windowSize,
    tombstones: Math.max(leastTombstones, tombstoneWindows * windowSize),
  });
  const waitingRoom = createWaitingRoom();
  let phase: 'not-yet' | 'open' | 'over' = 'not-yet';

  const freeSlots = (): number => (phase === 'open' && connection.backlog < highWaterMark ? window.freeSlots : 0);
  const wake = (): void => {
    if (!waitingRoom.empty && freeSlots() > 0) waitingRoom.release(true);
  };

  const submit: Session['submit'] = (fields, token) =>
    new Promise((resolve) => {
      if (freeSlots() === 0) return resolve({ outcome: 'not-sent' });
      const sequenceNumber = window.nextSequenceNumber();
      try {
        const batch = connection.send({ command: 'submit_sm', commandStatus: 0, sequenceNumber, body: fields });
        window.add({ sequenceNumber, sentAt: clock.now(), batch, entry: { token, resolve } });
      } catch (error) {
        if (!(error instanceof PduError)) throw error;
        resolve({ outcome: 'refused', commandStatus: error.commandStatus });
      }
    });

  const answered: Submissions['answered'] = (sequenceNumber, response) => {
    const request = window.settle(sequenceNumber);
    if (request) {
      request.entry.resolve(response);
      wake();
      return true;
    }
    if (!window.isBuried(sequenceNumber)) return false;
    context.lateResponse({ token: window.exhume(sequenceNumber), result: response });
    return true;
  };

  const expire = (timeoutMs: number): readonly number[] => {
    const now = clock.now();
    const expired: number[] = [];
    for (let request = window.oldest; request && request.sentAt + timeoutMs <= now; request = window.oldest) {
      window.bury(request.sequenceNumber, request.entry.token);
      request.entry.resolve({ outcome: 'unknown', reason: 'response-timeout' });
      expired.push(request.sequenceNumber);
    }
    wake();
    return expired;
  };

  const stop = (): void => {
    phase = 'over';
    waitingRoom.release(false);
  };

  const abandon = (): void => {
    stop();
    for (const { batch, entry } of window.drain())
      entry.resolve(
        batch > connection.flushedBatch ? { outcome: 'not-sent' } : { outcome: 'unknown', reason: 'session-lost' },
      );
  };

  return {
    submit,
    answered,
    expire,
    stop,
    abandon,
    wake,
    whenSlotFree: () => (phase === 'over' || freeSlots() > 0 ? Promise.resolve(phase !== 'over') : waitingRoom.wait()),
    resizeWindow: (size) => {
      window.resize(size);
      wake();
    },
    nextSequenceNumber: () => window.nextSequenceNumber(),
    start: () => {
      phase = 'open';
      wake();
    },
    get freeSlots() {
      return freeSlots();
    },
    get inFlight() {
      return window.inFlight;
    },
    get oldestSentAt() {
      return window.oldest?.sentAt;
    },
  };
};

/** What a refusal says. A nack of status 0 contradicts itself, and refuses all the same. */
export const refusedBy = (commandStatus: number): SubmitResponse & { readonly outcome: 'refused' } => ({
  outcome: 'refused',
  commandStatus: commandStatus === commandStatuses.ESME_ROK ? commandStatuses.ESME_RUNKNOWNERR : commandStatus,
});
