import { cpus } from 'node:os';
import { v7 as uuidV7 } from 'uuid';
import { startSmsc } from '../local/smsc/start-smsc.ts';
import { MessageId } from '../shared/contracts/identifiers.ts';
import { createLinks } from '../smpp-bridge/src/delivery/links.ts';
import type { SessionSettings } from '../smpp-bridge/src/session/session-types.ts';
import { superviseBind } from '../smpp-bridge/src/session/supervisor.ts';

const throttled = 0x58;
const perSecond = 100;
const requiredPerSecond = 97;
const requiredRejects = 0.01;
const destinations = 200;

interface Setting {
  readonly binds: number;
  readonly window: number;
  readonly responseDelayMs: number;
}

const settings: readonly Setting[] = [
  { binds: 1, window: 10, responseDelayMs: 0 },
  { binds: 1, window: 50, responseDelayMs: 0 },
  { binds: 1, window: 100, responseDelayMs: 0 },
  { binds: 1, window: 50, responseDelayMs: 40 },
  { binds: 2, window: 50, responseDelayMs: 0 },
];

const account = { systemId: 'bench', password: 'bench' };
const times = {
  bindTimeoutMs: 10_000,
  enquireLinkIntervalMs: 30_000,
  enquireLinkTimeoutMs: 10_000,
  responseTimeoutMs: 30_000,
  readTimeoutMs: 30_000,
};

/** As many destinations as there may be, in turns, so that their order can be looked at. */
const partOf = (n: number) => ({
  fields: {
    source_addr: 'Signalbox',
    destination_addr: `49170000${1000 + (n % destinations)}9`,
    short_message: Buffer.from(`${n}`),
  },
  token: { message_id: MessageId.parse(uuidV7()), attempt: 1, parts: [1] },
});

interface Accepted {
  readonly destination: string;
  readonly text: string | null;
}

/** Parts that the SMSC accepted after a later one to the same destination. */
const outOfOrder = (accepted: readonly Accepted[]): number => {
  const last = new Map<string, number>();
  return accepted.filter(({ destination, text }) => {
    const before = last.get(destination) ?? -1;
    last.set(destination, Math.max(before, Number(text)));
    return Number(text) < before;
  }).length;
};

const measure = async ({ binds, window, responseDelayMs }: Setting, count: number) => {
  const smsc = await startSmsc({
    ...account,
    throttlePerSecond: perSecond,
    responseDelayMs,
    receiptDelayMs: 3_600_000,
  });
  const links = createLinks({ limits: { mostInFlight: window, burst: 10 } });
  const session: SessionSettings = {
    ...account,
    ...times,
    host: smsc.host,
    port: smsc.port,
    tls: false,
    systemType: '',
    bindType: 'transceiver',
    windowSize: window,
  };
  const supervisors = Array.from({ length: binds }, () =>
    superviseBind(session, {
      deliver: () => Promise.resolve(0),
      lateResponse: () => undefined,
      bound: (bound) => links.attach(bound),
      lost: () => undefined,
    }),
  );
  try {
    await links.whenBound();
    const startedAt = performance.now();
    // A task has no more in hand than about twice what its windows hold.
    const inHand = Math.max(100, 2 * binds * window);
    let next = 0;
    const hand = async () => {
      for (let n = next++; n < count; n = next++) {
        const { fields, token } = partOf(n);
        const { outcome } = await links.submit(fields, token);
        if (outcome !== 'accepted') throw new Error(`Part ${n} was ${outcome}`);
      }
    };
    await Promise.all(Array.from({ length: inHand }, hand));
    const seconds = (performance.now() - startedAt) / 1000;
    const received = smsc.received();
    const rejected = received.filter(({ command_status }) => command_status === throttled).length;
    const accepted = received.filter(({ command_status }) => command_status === 0);
    return { rate: count / seconds, rejects: rejected / received.length, disorder: outOfOrder(accepted) };
  } finally {
    links.close();
    await Promise.all(supervisors.map((supervisor) => supervisor.stop(1_000)));
    await smsc.stop();
  }
};

/** An SMSC that accepts 100 parts a second and does not say so: `npm run bench -- throttle [count]`. */
export const benchThrottle = async ([countText = '3000']: readonly string[]): Promise<void> => {
  const count = Number(countText);
  const [cpu] = cpus();
  console.log(`${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}`);
  console.log(
    `${count} parts, an SMSC that accepts ${perSecond}/s; required: ${requiredPerSecond}/s, ${100 * requiredRejects} %`,
  );
  for (const setting of settings) {
    const { rate, rejects, disorder } = await measure(setting, count);
    const name = `${setting.binds} x window ${setting.window}, ${setting.responseDelayMs} ms`;
    const isMet = rate >= requiredPerSecond && rejects <= requiredRejects && disorder === 0;
    console.log(
      `${name.padEnd(26)} ${rate.toFixed(1)}/s, ${(100 * rejects).toFixed(2)} % rejected, ${disorder} out of order: ${isMet ? 'met' : 'MISSED'}`,
    );
  }
};
