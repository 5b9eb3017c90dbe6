import type { SmppSettings } from '#shared/contracts/providers.ts';

/** How one provider wants its submit_sm; docs/providers.md says what each setting does. */
export type SubmitStyle = Pick<
  SmppSettings,
  | 'default_alphabet'
  | 'long_messages'
  | 'validity'
  | 'source_ton'
  | 'source_npi'
  | 'dest_ton'
  | 'dest_npi'
  | 'text_protocol_id'
  | 'ota_protocol_id'
  | 'ota_data_coding'
>;

/** What the specification says, where a provider says nothing. */
export const usualStyle: SubmitStyle = {
  default_alphabet: 'gsm7',
  long_messages: 'udh16',
  validity: 'relative',
  source_ton: null,
  source_npi: null,
  dest_ton: null,
  dest_npi: null,
  text_protocol_id: 0,
  ota_protocol_id: 0x7f,
  ota_data_coding: 0xf6,
};

const twoDigits = (value: number): string => `${value}`.padStart(2, '0');

/** At least a minute and, as every SMSC takes, less than 100 days. */
const bounded = (seconds: number): number => Math.min(Math.max(seconds, 60), 99 * 86_400);

/** A relative time, SMPP 3.4, 7.1.1: `YYMMDDhhmmss000R`. */
export const relativeTime = (seconds: number): string => {
  const whole = bounded(seconds);
  const days = Math.floor(whole / 86_400);
  const rest = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, Math.floor(whole) % 60];
  return `0000${[days, ...rest].map(twoDigits).join('')}000R`;
};

/** An absolute time, 7.1.1, in UTC: `YYMMDDhhmmss000+`. */
export const absoluteTime = (seconds: number, now: Date): string => {
  const at = new Date(now.getTime() + bounded(seconds) * 1000);
  return `${at.toISOString().replaceAll(/\D/g, '').slice(2, 14)}000+`;
};

export const validityPeriod = (style: SubmitStyle['validity'], seconds: number, now: Date): string => {
  if (style === 'none') return '';
  return style === 'absolute' ? absoluteTime(seconds, now) : relativeTime(seconds);
};
