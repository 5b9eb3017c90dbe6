import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stop as stopCompiler } from 'esbuild';
import { synthesize } from '../../infra/synthesize.ts';
import { type CallbackReceiver, startCallbackReceiver } from '../callback-receiver/start-callback-receiver.ts';
import { type DevCloud, startDevCloud } from '../cloud/dev-cloud.ts';
import type { Faults } from '../faults/faults.ts';
import { type MockHsm, startHsm } from '../hsm/start-hsm.ts';
import { createReceiver, type Receiver } from '../mux/receiver.ts';
import { type Mux, startMux } from '../mux/start-mux.ts';
import { createDemoSims, createDemoTelephones, demoCards } from '../sim/demo-cards.ts';
import type { SimCard } from '../sim/sim-card.ts';
import { type Smsc, startSmsc } from '../smsc/start-smsc.ts';
import { claimDirectory } from './claim-directory.ts';
import type { Say } from './say.ts';
import { type DemoClient, seedDemoClient } from './seed.ts';
import { demoKeyLabel, seedDemoCards } from './seed-cards.ts';
import { demoCas } from './seed-cas.ts';
import { seedProvider } from './seed-provider.ts';
import { parseSmscUrl, type SmscAddress } from './smsc-url.ts';

export interface SignalboxOptions {
  readonly repository: string;
  /** Database, keys, secrets, logs and the synthesized assembly. */
  readonly dataDirectory: string;
  readonly apiPort: number;
  readonly smscUrl?: string | undefined;
  /** Durable commits; tests do without. */
  readonly fsync?: boolean;
  /** What is done to the calls that programs make of AWS, for tests. */
  readonly faults?: Faults;
  readonly longestRestartMs?: number;
  readonly say: Say;
}

export interface Signalbox {
  readonly cloud: DevCloud;
  /** Null when a real SMSC is used. */
  readonly smsc: Smsc | null;
  /** The cards in the telephones that the simulator reaches, by number. */
  readonly sims: Readonly<Record<string, SimCard>>;
  readonly callbacks: CallbackReceiver;
  /** The HSM in which the keys of the demo cards are. */
  readonly hsm: MockHsm;
  /** What the demo client's carousel goes to. */
  readonly mux: Mux;
  /** The box with the first of the demo's cards. */
  readonly receiver: Receiver;
  readonly client: DemoClient;
  readonly endpointsFile: string;
  /** Stops everything that was started, the last first. */
  stop(): Promise<void>;
}

const prefix = 'signalbox-local';
const metricsPort = 9464;

const createStops = () => {
  const stops: (() => void | Promise<void>)[] = [];
  return {
    add: (stop: () => void | Promise<void>) => void stops.push(stop),
    run: async () => {
      for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
    },
  };
};

/** The mock HSM with the keys of the demo cards. */
const startDemoHsm = async ({ say }: SignalboxOptions, stops: ReturnType<typeof createStops>): Promise<MockHsm> => {
  const hsm = await startHsm();
  stops.add(() => hsm.stop());
  for (const card of demoCards)
    for (const use of ['kic', 'kid'] as const) hsm.addKey(demoKeyLabel(card, use), card[use]);
  say(`mock HSM: ${hsm.secret.url}`);
  return hsm;
};

const startPeers = async (
  { smscUrl, say }: SignalboxOptions,
  stops: ReturnType<typeof createStops>,
  secret: () => string | undefined,
) => {
  const callbacks = await startCallbackReceiver({ secret });
  stops.add(() => callbacks.stop());
  say(`callback receiver: ${callbacks.url}`);
  if (smscUrl !== undefined) {
    const address = parseSmscUrl(smscUrl);
    say(`SMSC: ${address.host}:${address.port} as ${address.systemId}`);
    return { callbacks, smsc: null, sims: {}, address };
  }
  const sims = createDemoSims();
  const telephones = createDemoTelephones(sims);
  const smsc = await startSmsc({ systemId: 'signalbox', password: 'secret08', telephones });
  stops.add(() => smsc.stop());
  say(`SMSC simulator: smpp://${smsc.host}:${smsc.port}, control ${smsc.controlUrl}`);
  const address: SmscAddress = { ...smsc, tls: false };
  return { callbacks, smsc, sims, address };
};

const metricsUrl = (cloud: DevCloud): string | null => {
  const port = cloud.services[`${prefix}-smpp-bridge`]
    ?.tasks()
    .map((task) => task.ports[metricsPort])
    .find((found) => found !== undefined);
  return port === undefined ? null : `http://127.0.0.1:${port}/metrics`;
};

/** A multiplexer and a box that listens to its transport stream. */
const startHeadEnd = async ({ dataDirectory, say }: SignalboxOptions, stops: ReturnType<typeof createStops>) => {
  const { ca_system_id: caSystemId, cards } = demoCas;
  const receiver = createReceiver({ caSystemId, card: cards[0].card, cardKey: cards[0].key });
  const file = join(dataDirectory, 'emm.ts');
  const mux = await startMux({ file, caSystemId, packet: receiver.packet });
  stops.add(() => mux.stop());
  say(`MUX simulator: ${mux.host}:${mux.port}, transport stream in ${file}`);
  return { mux, receiver };
};

/** Starts the peers, the dev cloud from a fresh synthesis, and makes the demo client. */
export const startSignalbox = async (options: SignalboxOptions): Promise<Signalbox> => {
  const { dataDirectory, apiPort, say } = options;
  const stops = createStops();
  const startedAt = new Date().toISOString();
  let client: DemoClient | undefined;
  try {
    stops.add(claimDirectory(dataDirectory));
    const { callbacks, smsc, sims, address } = await startPeers(options, stops, () => client?.callbackSecret);
    const hsm = await startDemoHsm(options, stops);
    const { mux, receiver } = await startHeadEnd(options, stops);
    const assembly = join(dataDirectory, 'assembly');
    synthesize('local', assembly);
    await stopCompiler();
    say('stage local synthesized: the dev cloud reads its templates');
    const { host, port, systemId, password } = address;
    const cloud = await startDevCloud({
      assemblyDirectory: assembly,
      dataDirectory,
      apiPort,
      parameters: { CallbackExemptOrigins: new URL(callbacks.url).origin, ProviderExemptHosts: host },
      secrets: { [`${prefix}/hsm`]: hsm.secret },
      fsync: options.fsync ?? true,
      faults: options.faults,
      longestRestartMs: options.longestRestartMs,
      say,
    });
    stops.add(() => cloud.stop());
    await seedProvider(cloud, address, prefix);
    client = await seedDemoClient(cloud, callbacks.url, prefix, mux);
    await seedDemoCards(cloud, client.clientId, prefix);
    say(`client ${client.clientId} with keys, ${demoCards.length} cards`);
    const endpointsFile = join(dataDirectory, 'endpoints.json');
    const endpoints = {
      api_url: cloud.apiUrl,
      api_key: client.apiKey,
      admin_api_key: client.adminApiKey,
      smsc: { host, port, system_id: systemId, password },
      smsc_control_url: smsc?.controlUrl ?? null,
      mux: { host: mux.host, port: mux.port, transport_stream: join(dataDirectory, 'emm.ts') },
      metrics_url: metricsUrl(cloud),
      database_url: cloud.database.connectionString,
      started_at: startedAt,
      callbacks_url: callbacks.url,
      callback_secret: client.callbackSecret,
      // For SDK clients and `aws`, as the operator.
      aws: cloud.environment(),
    };
    writeFileSync(endpointsFile, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
    return { cloud, smsc, sims, callbacks, hsm, mux, receiver, client, endpointsFile, stop: stops.run };
  } catch (error) {
    await stops.run();
    throw error;
  }
};
