import { parseArgs } from 'node:util';
import { createDemoTelephones } from '../sim/demo-cards.ts';
import { startSmsc } from './start-smsc.ts';

const usage = `An SMSC simulator for one account, with a few telephones whose SIMs answer OTA pushes, on the loopback interface unless --host says otherwise.

npm run smsc -- [--port 2775] [--control-port 2776] [--host 127.0.0.1] [--system-id signalbox] [--password secret08]
                [--receipt-delay MS] [--response-delay MS] [--throttle PER_SECOND] [--no-receipt-tlvs]
`;

const number = (text: string | undefined, name: string): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} is not a number: ${text}`);
  return value;
};

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '2775' },
      'control-port': { type: 'string', default: '2776' },
      host: { type: 'string', default: '127.0.0.1' },
      'system-id': { type: 'string', default: 'signalbox' },
      password: { type: 'string', default: 'secret08' },
      'receipt-delay': { type: 'string' },
      'response-delay': { type: 'string' },
      throttle: { type: 'string' },
      'no-receipt-tlvs': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const receiptDelayMs = number(values['receipt-delay'], 'receipt-delay');
  const responseDelayMs = number(values['response-delay'], 'response-delay');
  const throttlePerSecond = number(values.throttle, 'throttle');
  return {
    isHelp: values.help,
    smsc: {
      port: number(values.port, 'port') ?? 0,
      controlPort: number(values['control-port'], 'control-port') ?? 0,
      host: values.host,
      systemId: values['system-id'],
      password: values.password,
      receiptTlvs: !values['no-receipt-tlvs'],
      ...(receiptDelayMs === undefined ? {} : { receiptDelayMs }),
      ...(responseDelayMs === undefined ? {} : { responseDelayMs }),
      ...(throttlePerSecond === undefined ? {} : { throttlePerSecond }),
    },
  };
};

const say = (line: string): void => console.log(line);

const run = async (): Promise<void> => {
  const { isHelp, smsc: options } = readOptions();
  if (isHelp) return say(usage);
  const log = (line: string): void => say(`${new Date().toISOString()} ${line}`);
  const smsc = await startSmsc({ ...options, telephones: createDemoTelephones(), log });
  say(`SMSC simulator on smpp://${smsc.host}:${smsc.port}, system id ${smsc.systemId}, control on ${smsc.controlUrl}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      smsc.stop().catch((error: unknown) => console.error(error));
    });
};

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'EADDRINUSE'
    ? `${error.message}. Another program has that port: give --port and --control-port, 0 for any free one.`
    : error.message;
};

run().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
