import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { until } from '../support/until.ts';

/** A program of someone else's that a test talks to. */
export interface PeerProgram {
  /** 0 when it could not be started. */
  readonly pid: number;
  /** What it has written so far, to both streams. */
  readonly output: string;
  /** The first match in what it writes. @throws Error with all it wrote, when it ends first or says nothing of it. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it and what it started, and waits until they have ended. */
  stop(): Promise<void>;
}

/** Starts a program that lives until it is stopped. */
export const startPeerProgram = (program: string, args: readonly string[]): PeerProgram => {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let over = false;
  const ended = once(child, 'close')
    .catch((error: unknown) => {
      output += String(error);
    })
    .finally(() => {
      over = true;
    });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('latin1').on('data', (text: string) => {
      output += text;
    });
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    says: async (pattern) => {
      const look = () => pattern.exec(output) ?? (over ? 'ended' : null);
      const said = await until(`${program} says ${pattern}`, look, { everyMs: 20 }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${output}`);
      });
      if (said === 'ended') throw new Error(`${program} ended without saying ${pattern}:\n${output}`);
      return said;
    },
    stop: async () => {
      if (!over && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
};

/** A port for a program that has to be told one: free a moment ago, which is as much as can be known. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
};
