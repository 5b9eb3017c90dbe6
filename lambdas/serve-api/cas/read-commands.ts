import type { SealingSystem } from '#shared/adapters/cas/create-emm.ts';
import type { EmmCommandInput } from '#shared/contracts/cas.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type EmmCommand, encodeCommands } from '#shared/domain/emm/commands.ts';
import { EmmError } from '#shared/domain/emm/emm-error.ts';
import { envelopeOverhead } from '#shared/domain/emm/envelope.ts';
import { addressOf, bodyCapacity, type EmmClass } from '#shared/domain/emm/section.ts';
import { refuseField } from '../read-body.ts';

const latest = 0xffffffff;
const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1000);
const fits = (seconds: number): boolean => seconds >= 0 && seconds <= latest;

const toCommand = (given: EmmCommandInput): EmmCommand =>
  given.command === 'entitlement_add'
    ? { ...given, from: secondsOf(given.from), until: secondsOf(given.until) }
    : given;

export interface GivenEmm {
  readonly class: EmmClass;
  readonly device: string;
  readonly commands: readonly EmmCommandInput[];
  readonly expires_at?: string | undefined;
}

export interface ReadEmm {
  readonly outcome: 'read';
  readonly hex: string;
  readonly expires_at: string;
}

/**
 * An EMM that a client gives, with its commands as octets: all that may be wrong with it is said here, before anybody is
 * asked to encrypt it.
 *
 * @param path where it stands in the request: '' or `emms.3.`.
 */
export const readEmm = (
  given: GivenEmm,
  { sections, emm_hours }: Pick<SealingSystem, 'sections' | 'emm_hours'>,
  now: Date,
  path = '',
): ReadEmm | Refusal => {
  const expires_at = given.expires_at ?? new Date(now.getTime() + emm_hours * 3_600_000).toISOString();
  if (Date.parse(expires_at) <= now.getTime()) return refuseField(`${path}expires_at`, 'is past');
  if (!fits(secondsOf(expires_at))) return refuseField(`${path}expires_at`, 'is after 2106-02-07');
  const commands = given.commands.map(toCommand);
  for (const [i, command] of commands.entries())
    if (command.command === 'entitlement_add' && !(fits(command.from) && fits(command.until)))
      return refuseField(`${path}commands.${i}`, 'has a time that is not between 1970 and 2106-02-07');
  const octets = encodeCommands(commands);
  const room = bodyCapacity(sections[given.class]) - envelopeOverhead;
  if (octets.length > room)
    return refuse('emm.too_long', `Its commands take ${octets.length} octets, and ${room} fit.`);
  try {
    addressOf(given.device, sections[given.class]);
  } catch (error) {
    if (error instanceof EmmError) return refuseField(`${path}device`, 'does not fit the addresses of this CA system');
    throw error;
  }
  return { outcome: 'read', hex: octets.toString('hex'), expires_at };
};
