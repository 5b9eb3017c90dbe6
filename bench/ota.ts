import { cpus } from 'node:os';
import { benchPackets } from './ota/packets.ts';

const parts: Readonly<Record<string, () => void | Promise<void>>> = {
  packets: benchPackets,
};

/** OTA pushes: `npm run bench -- ota [part ...]`, all parts when none is named. */
export const benchOta = async (wanted: readonly string[]): Promise<void> => {
  const [cpu] = cpus();
  console.log(`${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}`);
  for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
    const part = parts[name];
    if (!part) throw new Error(`${name} is none of: ${Object.keys(parts).join(', ')}`);
    await part();
  }
};
