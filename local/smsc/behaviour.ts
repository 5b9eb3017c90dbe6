import * as z from 'zod';

const milliseconds = z.int().min(0).max(3_600_000);

/** What the simulator does to everybody; all of it can be changed while it runs. */
export const Behaviour = z.strictObject({
  responseDelayMs: milliseconds,
  receiptDelayMs: milliseconds,
  /** How long a telephone takes to answer what it was sent. */
  answerDelayMs: milliseconds,
  /** Whether receipts carry receipted_message_id and message_state beside their text. */
  receiptTlvs: z.boolean(),
  /** `reading`: nothing is taken from the sockets. `answering`: all is read, nothing is answered. */
  stall: z.enum(['none', 'reading', 'answering']),
  /** More submits a second than this are throttled (0x58); null: none is. */
  throttlePerSecond: z.number().positive().nullable(),
  /** So many submits to come are taken, and their responses lost. */
  loseResponses: z.int().min(0),
  /** So many receipts to come are each sent twice. */
  duplicateReceipts: z.int().min(0),
  /** So many receipts to come are sent last first, by fives. */
  reorderReceipts: z.int().min(0),
  /** Every bind is refused with this, unless it is 0. */
  bindStatus: z.int().min(0).max(0xffffffff),
  /** How long a deliver_sm waits for its answer, and how long until it is sent again. */
  deliverTimeoutMs: milliseconds.min(1),
  deliverRetryMs: milliseconds,
  /** How often bound peers are sent enquire_link; 0: never. */
  enquireLinkMs: milliseconds,
});
export type Behaviour = z.infer<typeof Behaviour>;

export const usualBehaviour: Behaviour = {
  responseDelayMs: 0,
  receiptDelayMs: 100,
  answerDelayMs: 200,
  receiptTlvs: true,
  stall: 'none',
  throttlePerSecond: null,
  loseResponses: 0,
  duplicateReceipts: 0,
  reorderReceipts: 0,
  bindStatus: 0,
  deliverTimeoutMs: 10_000,
  deliverRetryMs: 1_000,
  enquireLinkMs: 30_000,
};

/** Some of the behaviour, and what is done once: every connection dropped, cut, or asked to unbind. */
export const BehaviourChange = Behaviour.partial().extend({
  drop: z.literal(true).optional(),
  unbind: z.literal(true).optional(),
  /** Every connection there is now stays open and is neither read nor written any more, as one whose way is cut. */
  halfOpen: z.literal(true).optional(),
});
export type BehaviourChange = z.infer<typeof BehaviourChange>;

/** The behaviour as it is now. */
export interface BehaviourState {
  readonly get: () => Behaviour;
  readonly change: (change: Partial<Behaviour>) => void;
  /** True when what is about to be sent is one of those that this is to be done to; it is counted off. */
  readonly take: (what: 'loseResponses' | 'duplicateReceipts' | 'reorderReceipts') => boolean;
}

/** What is undefined changes nothing. */
export const createBehaviourState = (initial: Partial<Behaviour>): BehaviourState => {
  let behaviour = usualBehaviour;
  const change = (some: Partial<Behaviour>): void => {
    const given = Object.entries(some).filter(([, value]) => value !== undefined);
    behaviour = { ...behaviour, ...Object.fromEntries(given) };
  };
  change(initial);
  return {
    get: () => behaviour,
    change,
    take: (what) => {
      const left = behaviour[what];
      if (left > 0) change({ [what]: left - 1 });
      return left > 0;
    },
  };
};

/** What becomes of a message, by the last four digits of its destination. */
export interface Fate {
  /** command_status of the refusal; 0 when it is taken. */
  readonly commandStatus: number;
  /** How often one message is throttled before it is taken. */
  readonly throttledTimes: number;
  readonly receipt: 'DELIVRD' | 'UNDELIV' | null;
  /** The receipt overtakes submit_sm_resp. */
  readonly isReceiptFirst: boolean;
  /** The response writes the id in hexadecimal, the receipt in decimal. */
  readonly isIdRewritten: boolean;
}

const usual: Fate = {
  commandStatus: 0,
  throttledTimes: 0,
  receipt: 'DELIVRD',
  isReceiptFirst: false,
  isIdRewritten: false,
};

const fates: Readonly<Record<string, Partial<Fate>>> = {
  '0001': { commandStatus: 0x0b },
  '0002': { receipt: 'UNDELIV' },
  '0003': { throttledTimes: 2 },
  '0004': { isReceiptFirst: true },
  '0005': { receipt: null },
  '0006': { isIdRewritten: true },
};

export const fateOf = (destination: string): Fate => ({ ...usual, ...fates[destination.slice(-4)] });

/** A token bucket of a tenth of a second; the time is passed in, in milliseconds. */
export const createThrottle = (): ((perSecond: number | null, now: number) => boolean) => {
  let tokens = Number.POSITIVE_INFINITY;
  let last = 0;
  return (perSecond, now) => {
    if (perSecond === null) return true;
    const most = Math.max(1, perSecond / 10);
    tokens = Math.min(most, tokens + ((now - last) / 1000) * perSecond);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
