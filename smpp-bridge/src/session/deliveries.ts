import { commandStatuses } from '../pdu/command-status.ts';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';
import type { Connection } from './connection.ts';
import type { Clock, SessionEvent, SessionEvents } from './session-types.ts';

const defaultMaxPending = 200;
/** Below the time in which most SMSCs want an answer. */
const defaultTimeoutMs = 20_000;

/** The deliver_sm and data_sm of one session that wait for their durable enqueue. */
export interface Deliveries {
  readonly pending: number;
  /** Gives the PDU to the owner and answers it with what the owner says. */
  take(pdu: DeliverSm | DataSm): void;
  /** Nothing is answered any more. */
  stop(): void;
}

interface DeliveriesContext {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly maxPending: number | undefined;
  /** How long the owner may take over one. */
  readonly timeoutMs: number | undefined;
  readonly deliver: SessionEvents['deliver'];
  readonly notTaken: (pdu: DeliverSm | DataSm) => void;
  readonly event: (event: SessionEvent) => void;
  /** One more is answered. */
  readonly answered: () => void;
}

/** Answers a deliver_sm or data_sm; an error is a header alone: SMPP 3.4, 4.6.2, with 3.2 on error responses. */
export const answerDelivery = (
  connection: Connection,
  { command, sequenceNumber }: DeliverSm | DataSm,
  commandStatus: number,
): void => {
  const body = commandStatus === commandStatuses.ESME_ROK ? {} : null;
  connection.send({ command: `${command}_resp`, commandStatus, sequenceNumber, body });
};

export const createDeliveries = (context: DeliveriesContext): Deliveries => {
  const { connection, clock, maxPending = defaultMaxPending, timeoutMs = defaultTimeoutMs } = context;
  let pending = 0;
  let paused = false;
  let stopped = false;

  const holdBackOrLetGo = (): void => {
    if (!paused && pending >= maxPending) {
      paused = true;
      connection.pauseReading();
    } else if (paused && pending <= maxPending / 2) {
      paused = false;
      connection.resumeReading();
    }
  };

  const answer = (pdu: DeliverSm | DataSm, commandStatus: number): void => {
    pending--;
    // An answer that the SMSC never gets makes it deliver again, on the next bind.
    if (stopped || commandStatus !== commandStatuses.ESME_ROK) context.notTaken(pdu);
    if (stopped) return;
    answerDelivery(connection, pdu, commandStatus);
    holdBackOrLetGo();
    context.answered();
  };

  /** Gives the owner so much time and no more: one that never settles would hold the peer back for ever. */
  const inTime = (storing: Promise<number>): Promise<number> =>
    new Promise((resolve, reject) => {
      const late = new Error(`it was not stored within ${timeoutMs} ms`);
      const cancel = clock.schedule(() => reject(late), timeoutMs);
      void storing.then(resolve, reject).finally(cancel);
    });

  const statusFor = async (pdu: DeliverSm | DataSm): Promise<number> => {
    try {
      return await inTime(context.deliver(pdu));
    } catch (error) {
      context.event({ type: 'delivery-fault', error });
      return commandStatuses.ESME_RSYSERR;
    }
  };

  return {
    get pending() {
      return pending;
    },
    take: (pdu) => {
      pending++;
      holdBackOrLetGo();
      void statusFor(pdu).then((commandStatus) => answer(pdu, commandStatus));
    },
    stop: () => {
      stopped = true;
    },
  };
};
