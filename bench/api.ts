import { cpus, loadavg } from 'node:os';
import { benchAccept } from './api/accept.ts';
import { benchPost } from './api/post.ts';

const parts: Readonly<Record<string, () => Promise<void>>> = { post: benchPost, accept: benchAccept };

/** The client API over HTTP, and the statement behind it: `npm run bench -- api [post] [accept]`, both when none is named. */
export const benchApi = async (wanted: readonly string[]): Promise<void> => {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}, load ${load} before`);
  for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
    const part = parts[name];
    if (!part) throw new Error(`${name} is none of: ${Object.keys(parts).join(', ')}`);
    await part();
  }
};
