import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from './until.ts';

/** Why frames cannot be captured here; null when they can. */
export const whyNoCapture = (): string | null => {
  const probe = spawnSync('tshark', ['-i', 'lo', '-a', 'duration:1', '-w', '/dev/null'], { encoding: 'utf8' });
  if (probe.error) return 'tshark is not installed';
  return probe.status === 0 ? null : 'tshark may not capture on lo';
};

export interface Capture {
  /** Stops capturing; the file is whole then. Can be repeated. */
  stop(): Promise<void>;
  /** Fields of the frames that a display filter lets pass, a line each, with the port taken for SMPP. */
  read(filter: string, fields: readonly string[]): readonly string[];
}

/** A connection that says nothing, by its own port. */
const knock = async (port: number): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const own = `${socket.localPort}`;
  socket.destroy();
  return own;
};

/** Writes down everything that goes to and from a TCP port of 127.0.0.1, from now on. Something has to listen there. */
export const startCapture = async (port: number, file: string): Promise<Capture> => {
  const shown = ['-n', '-P', '-l', '-T', 'fields', '-e', 'tcp.srcport'];
  const child = spawn('tshark', ['-i', 'lo', '-f', `tcp port ${port}`, '-w', file, ...shown], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let seen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  const ended = once(child, 'exit');
  // It says that it captures before it does: what is seen of a connection of our own is the proof.
  const hasSeen = (own: string): boolean => seen.split('\n').includes(own);
  const knocked: string[] = [];
  const isCapturing = async (): Promise<boolean> => knocked.push(await knock(port)) > 0 && knocked.some(hasSeen);
  await until('tshark captures', isCapturing, { everyMs: 200 }).catch((error: unknown) => {
    child.kill('SIGINT');
    throw error;
  });
  return {
    stop: async () => {
      if (child.exitCode !== null) return;
      const last = await knock(port);
      await until('all is captured', () => hasSeen(last)).finally(() => child.kill('SIGINT'));
      await ended;
    },
    read: (filter, fields) => {
      const wanted = fields.flatMap((field) => ['-e', field]);
      const args = ['-n', '-r', file, '-d', `tcp.port==${port},smpp`, '-Y', filter, '-T', 'fields', ...wanted];
      const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
      if (status !== 0) throw new Error(`tshark could not read ${file}: ${stderr}`);
      return stdout.split('\n').filter((line) => line !== '');
    },
  };
};
