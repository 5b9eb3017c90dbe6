import * as z from 'zod';
import { readEnv } from '#shared/env.ts';
import { createDemoTelephones } from '../sim/demo-cards.ts';
import { startSmsc } from './start-smsc.ts';

/**
 * What the image of the simulator runs, in a stage that has no carrier: for one account, on every interface. The control
 * port answers the health check, and is on the loopback interface alone.
 */
const port = z.coerce.number().int().min(0).max(65_535);
const env = readEnv({
  SMSC_PORT: port,
  SMSC_SYSTEM_ID: z.string().min(1),
  SMSC_PASSWORD: z.string().min(1),
  CONTROL_PORT: port,
});

const say = (line: string): void => console.log(line);

const smsc = await startSmsc({
  host: '0.0.0.0',
  port: env.SMSC_PORT,
  controlHost: '127.0.0.1',
  controlPort: env.CONTROL_PORT,
  systemId: env.SMSC_SYSTEM_ID,
  password: env.SMSC_PASSWORD,
  telephones: createDemoTelephones(),
  log: say,
});
say(`SMSC simulator on port ${smsc.port}, control on ${smsc.controlUrl}`);
process.once('SIGTERM', () => {
  smsc.stop().catch((error: unknown) => console.error(error));
});
