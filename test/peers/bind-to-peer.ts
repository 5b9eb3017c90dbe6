import { patientSettings, type Recorder, recordEvents } from '../../smpp-bridge/src/session/scripted-smsc.ts';
import { openSession } from '../../smpp-bridge/src/session/session.ts';
import type { Session, SessionSettings } from '../../smpp-bridge/src/session/session-types.ts';
import { until } from '../support/until.ts';

export interface BoundToPeer {
  readonly session: Session;
  readonly events: Recorder;
  /** Unbinds; @throws when the peer does not agree. */
  leave(): Promise<void>;
}

/** Binds to a peer on a port of 127.0.0.1; one that does not listen yet is tried again. */
export const bindToPeer = async (port: number, settings: Partial<SessionSettings> = {}): Promise<BoundToPeer> => {
  const events = recordEvents();
  const session = await until('the peer binds us', async () => {
    const opened = await openSession({ ...patientSettings, ...settings, port }, events);
    if (opened.outcome === 'refused') throw new Error(`the bind was refused: ${opened.commandStatus}`);
    return opened.outcome === 'bound' && opened.session;
  });
  const leave = async () => {
    await session.unbind();
    const closed = await events.end;
    if (closed.reason !== 'unbound' || closed.detail !== undefined) throw new Error(JSON.stringify(closed));
  };
  return { session, events, leave };
};
