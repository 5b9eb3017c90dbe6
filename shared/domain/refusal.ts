/** Above every command_status of SMPP (5.1.3: the vendors' end at 0x4FF): what an HTTP provider answered. */
const httpBase = 0x10000;

/** An HTTP status as a command_status, so that one table says what refusals mean and one column holds them. */
export const httpRefusal = (httpStatus: number): number => httpBase + httpStatus;

/** The HTTP status of such a refusal; undefined of an SMSC's. */
export const httpStatusOf = (refusal: number): number | undefined =>
  refusal > httpBase && refusal < httpBase + 1_000 ? refusal - httpBase : undefined;

/** A refusal as the history has it: `command_status 0x00000045`, or `http_status 503`. */
export const refusalText = (refusal: number): string => {
  const http = httpStatusOf(refusal);
  return http === undefined ? `command_status 0x${refusal.toString(16).padStart(8, '0')}` : `http_status ${http}`;
};

/** The refusal that a text of the history stands for; undefined when it is none. */
export const refusalIn = (text: string): number | undefined => {
  const [, hexadecimal, http] = /^(?:command_status 0x([0-9a-f]{8})|http_status (\d{3}))$/.exec(text) ?? [];
  if (hexadecimal !== undefined) return Number.parseInt(hexadecimal, 16);
  return http === undefined ? undefined : httpRefusal(Number(http));
};
