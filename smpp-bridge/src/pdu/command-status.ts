/** Every command_status of SMPP 3.4, 5.1.3, by its name there. */
export const commandStatuses = {
  ESME_ROK: 0x00,
  ESME_RINVMSGLEN: 0x01,
  ESME_RINVCMDLEN: 0x02,
  ESME_RINVCMDID: 0x03,
  ESME_RINVBNDSTS: 0x04,
  ESME_RALYBND: 0x05,
  ESME_RINVPRTFLG: 0x06,
  ESME_RINVREGDLVFLG: 0x07,
  ESME_RSYSERR: 0x08,
  ESME_RINVSRCADR: 0x0a,
  ESME_RINVDSTADR: 0x0b,
  ESME_RINVMSGID: 0x0c,
  ESME_RBINDFAIL: 0x0d,
  ESME_RINVPASWD: 0x0e,
  ESME_RINVSYSID: 0x0f,
  ESME_RCANCELFAIL: 0x11,
  ESME_RREPLACEFAIL: 0x13,
  ESME_RMSGQFUL: 0x14,
  ESME_RINVSERTYP: 0x15,
  ESME_RINVNUMDESTS: 0x33,
  ESME_RINVDLNAME: 0x34,
  ESME_RINVDESTFLAG: 0x40,
  ESME_RINVSUBREP: 0x42,
  ESME_RINVESMCLASS: 0x43,
  ESME_RCNTSUBDL: 0x44,
  ESME_RSUBMITFAIL: 0x45,
  ESME_RINVSRCTON: 0x48,
  ESME_RINVSRCNPI: 0x49,
  ESME_RINVDSTTON: 0x50,
  ESME_RINVDSTNPI: 0x51,
  ESME_RINVSYSTYP: 0x53,
  ESME_RINVREPFLAG: 0x54,
  ESME_RINVNUMMSGS: 0x55,
  ESME_RTHROTTLED: 0x58,
  ESME_RINVSCHED: 0x61,
  ESME_RINVEXPIRY: 0x62,
  ESME_RINVDFTMSGID: 0x63,
  ESME_RX_T_APPN: 0x64,
  ESME_RX_P_APPN: 0x65,
  ESME_RX_R_APPN: 0x66,
  ESME_RQUERYFAIL: 0x67,
  ESME_RINVOPTPARSTREAM: 0xc0,
  ESME_ROPTPARNOTALLWD: 0xc1,
  ESME_RINVPARLEN: 0xc2,
  ESME_RMISSINGOPTPARAM: 0xc3,
  ESME_RINVOPTPARAMVAL: 0xc4,
  ESME_RDELIVERYFAILURE: 0xfe,
  ESME_RUNKNOWNERR: 0xff,
} as const;

/**
 * What a refusal means for the message.
 *
 * - `throttle`: slow the whole link, keep the order, consume no attempt.
 * - `transient`: bounded retries, on the same route and then on the next.
 * - `session`: the bind is at fault, not the message; rebind and resubmit.
 * - `permanent`: fail the message and release its credit.
 * - `vendor`: outside the specification; mapped per provider, by default one try on another route.
 */
export type StatusClass = 'throttle' | 'transient' | 'session' | 'permanent' | 'vendor';

/** What one status means, and how often a message may be tried that meets it; as often as any when left out. */
export interface StatusMeaning {
  readonly means: StatusClass;
  readonly mostTries?: number;
}

/** A meaning of every status from `from` to `to`, both included. */
export interface StatusRule extends StatusMeaning {
  readonly from: number;
  readonly to: number;
}

const rule = (means: StatusClass, from: number, to = from, mostTries?: number): StatusRule => ({
  means,
  from,
  to,
  ...(mostTries !== undefined && { mostTries }),
});

/** The table of docs/smpp.md. */
const standardRules: readonly StatusRule[] = [
  rule('throttle', 0x14),
  rule('throttle', 0x58),
  rule('transient', 0x08),
  rule('transient', 0x45, 0x45, 2),
  rule('transient', 0x64),
  rule('transient', 0x67),
  rule('transient', 0xfe, 0xff),
  rule('session', 0x04, 0x05),
  rule('session', 0x0d, 0x0f),
  rule('permanent', 0x01, 0x03),
  rule('permanent', 0x06, 0x07),
  rule('permanent', 0x0a, 0x0c),
  rule('permanent', 0x15),
  rule('permanent', 0x33, 0x34),
  rule('permanent', 0x40),
  rule('permanent', 0x42, 0x44),
  rule('permanent', 0x48, 0x51),
  rule('permanent', 0x53, 0x55),
  rule('permanent', 0x61, 0x63),
  rule('permanent', 0x65, 0x66),
  rule('permanent', 0xc0, 0xc4),
  rule('permanent', 0x100, 0x112),
];

/** 0x400-0x4FF, and whatever nobody has heard of. */
const unknownStatus: StatusMeaning = { means: 'vendor', mostTries: 2 };

/** Says what a command_status other than ESME_ROK means for the message it refused. */
export type StatusTable = (status: number) => StatusMeaning;

/** The specification's table, where a provider's own rules come first. */
export const statusTable = (ofProvider: readonly StatusRule[] = []): StatusTable => {
  const rules = [...ofProvider, ...standardRules];
  return (status) => rules.find(({ from, to }) => from <= status && status <= to) ?? unknownStatus;
};

const names: ReadonlyMap<number, string> = new Map(Object.entries(commandStatuses).map(([name, code]) => [code, name]));

/** The name of SMPP 3.4, 5.1.3, or the code in hexadecimal where the specification has none. */
export const commandStatusName = (status: number): string =>
  names.get(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
