import { logger } from '#shared/telemetry.ts';
import type { WindowChange } from '../delivery/lane.ts';
import { commandStatusName } from '../pdu/command-status.ts';
import { commandName } from '../pdu/pdu.ts';
import type { SupervisorEvent } from '../session/supervisor.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** What is not `info`: debug says that all is well, again and again; an error wants a person. */
const levels: { readonly [Type in SupervisorEvent['type']]?: Level } = {
  'enquire-link-sent': 'debug',
  'bind-failed': 'warn',
  'bind-refused': 'warn',
  'circuit-opened': 'error',
  'response-timed-out': 'warn',
  'unexpected-response': 'warn',
  'malformed-pdu': 'warn',
  'frame-error': 'warn',
  'request-not-supported': 'warn',
  'delivery-fault': 'error',
  'listener-fault': 'error',
};

const levelOf = (event: SupervisorEvent): Level => {
  // The only end that this side asked for.
  if (event.type === 'session-closed') return event.closed.reason === 'unbound' ? 'info' : 'warn';
  return levels[event.type] ?? 'info';
};

const inHexadecimal = (id: number): string => `0x${id.toString(16).padStart(8, '0')}`;

interface InNumbers {
  readonly type: string;
  readonly commandStatus?: number;
  readonly commandId?: number;
}

const inWords = ({ commandStatus, commandId, ...others }: InNumbers): object => ({
  ...others,
  ...(commandStatus !== undefined && { status: commandStatusName(commandStatus) }),
  ...(commandId !== undefined && { command: commandName(commandId) ?? inHexadecimal(commandId) }),
});

/** How a session's event stands in the log: flat, with commands and statuses by their names in the specification. */
export const loggedEvent = (event: SupervisorEvent): { readonly level: Level; readonly event: object } => {
  const flat = event.type === 'session-closed' ? { type: event.type, ...event.closed } : event;
  return { level: levelOf(event), event: inWords(flat) };
};

/** One line an event; `bind` is which of the task's binds it was, from 1. */
export const logSessionEvent = (provider: string, bind: number, event: SupervisorEvent): void => {
  const logged = loggedEvent(event);
  logger[logged.level]('SMPP session', { provider, bind, event: logged.event });
};

/** One line whenever the window of a bind grows or shrinks; only at the level debug, for there are many. */
export const logWindow = (provider: string, bind: number, change: WindowChange): void =>
  logger.debug('SMPP window', { provider, bind, change });
