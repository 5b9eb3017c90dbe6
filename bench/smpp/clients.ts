import { once } from 'node:events';
import { connect } from 'node:net';
import smpp from 'smpp';
import { openSession } from '../../smpp-bridge/src/session/session.ts';
import type { Session } from '../../smpp-bridge/src/session/session-types.ts';
import { submitAnswer, submitFields, submitFrame } from './messages.ts';

/** Keeps so many submit_sm in flight until it is told to end; calls `answered` for each. */
export interface Client {
  run(window: number, isOver: () => boolean, answered: () => void): Promise<void>;
}

/** A bound session of ours; a window of `windowSize` at most. */
export const openOurs = async (port: number, windowSize: number): Promise<Session> => {
  const opened = await openSession(
    {
      host: '127.0.0.1',
      port,
      tls: false,
      systemId: 'bench',
      password: 'secret',
      systemType: '',
      bindType: 'transceiver',
      windowSize,
      bindTimeoutMs: 10_000,
      enquireLinkIntervalMs: 30_000,
      enquireLinkTimeoutMs: 10_000,
      responseTimeoutMs: 30_000,
      readTimeoutMs: 30_000,
    },
    { deliver: async () => 0, lateResponse: () => undefined, closed: () => undefined },
  );
  if (opened.outcome !== 'bound') throw new Error(`The bind was ${opened.outcome}`);
  return opened.session;
};

const ours = (port: number): Client => ({
  run: async (window, isOver, answered) => {
    const session = await openOurs(port, window);
    const keepOne = async () => {
      while (!isOver()) {
        const { outcome } = await session.submit(submitFields);
        if (outcome !== 'accepted') throw new Error(`A submit_sm was ${outcome}`);
        answered();
      }
    };
    await Promise.all(Array.from({ length: window }, keepOne));
    await session.unbind();
  },
});

const packages = (port: number): Client => ({
  run: async (window, isOver, answered) => {
    const session = smpp.connect({ host: '127.0.0.1', port });
    session.on('error', () => undefined);
    await new Promise((bound) => session.bind_transceiver({ system_id: 'bench', password: 'secret' }, bound));
    const fields = submitFields as Readonly<Record<string, unknown>>;
    const keepOne = () =>
      new Promise<void>((done) => {
        const next = () =>
          session.submit_sm(fields, () => {
            answered();
            if (isOver()) done();
            else next();
          });
        next();
      });
    await Promise.all(Array.from({ length: window }, keepOne));
    session.destroy();
  },
});

const raw = (port: number): Client => ({
  run: async (window, isOver, answered) => {
    const frames = Buffer.concat(Array.from({ length: window }, () => submitFrame));
    const socket = connect({ host: '127.0.0.1', port }).setNoDelay(true);
    await once(socket, 'connect');
    let left = 0;
    let inFlight = window;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    socket.on('data', (chunk) => {
      const octets = left + chunk.length;
      left = octets % submitAnswer.length;
      const whole = Math.floor(octets / submitAnswer.length);
      for (let n = 0; n < whole; n++) answered();
      inFlight -= whole;
      if (isOver()) {
        if (inFlight === 0) resolve();
        return;
      }
      inFlight += whole;
      socket.write(frames.subarray(0, whole * submitFrame.length));
    });
    socket.write(frames);
    await done;
    socket.destroy();
  },
});

export const clients: Readonly<Record<string, (port: number) => Client>> = { ours, package: packages, raw };
