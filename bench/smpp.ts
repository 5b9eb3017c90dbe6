import { cpus } from 'node:os';
import { benchCodec } from './smpp/codec.ts';
import { benchLoopback } from './smpp/loopback.ts';
import { benchMemory } from './smpp/memory.ts';
import { benchRoundTrip } from './smpp/round-trip.ts';

const parts: Readonly<Record<string, () => void | Promise<void>>> = {
  codec: benchCodec,
  loopback: benchLoopback,
  'round-trip': benchRoundTrip,
  memory: benchMemory,
};

/** The SMPP core beside its peers: `npm run bench -- smpp [part ...]`, all parts when none is named. */
export const benchSmpp = async (wanted: readonly string[]): Promise<void> => {
  const [cpu] = cpus();
  console.log(`${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}`);
  for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
    const part = parts[name];
    if (!part) throw new Error(`${name} is none of: ${Object.keys(parts).join(', ')}`);
    await part();
  }
};
