import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GlobalOptions, UsageError } from './parse-command.ts';

interface LocalEndpoints {
  readonly api_url: string;
  readonly api_key: string;
  readonly admin_api_key: string;
}

/** Written by `npm start` while it is up. */
const localFile = fileURLToPath(new URL('../.local/endpoints.json', import.meta.url));

const readLocal = (): LocalEndpoints | undefined =>
  existsSync(localFile) ? (JSON.parse(readFileSync(localFile, 'utf8')) as LocalEndpoints) : undefined;

/**
 * Where to ask, and with which key: what was typed, else SIGNALBOX_URL and SIGNALBOX_API_KEY, else the local run.
 *
 * @throws UsageError when there is none of them.
 */
export const endpointsOf = (
  { url, key }: GlobalOptions,
  needsAdmin = false,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  local: () => LocalEndpoints | undefined = readLocal,
): { readonly url: string; readonly apiKey: string } => {
  const named = { url: url ?? environment.SIGNALBOX_URL, apiKey: key ?? environment.SIGNALBOX_API_KEY };
  if (named.url !== undefined && named.apiKey !== undefined) return { url: named.url, apiKey: named.apiKey };
  // A local key sent to another address would be given away.
  const running = named.url === undefined ? local() : undefined;
  if (!running) {
    const missing = [
      ...(named.url === undefined ? ['--url or SIGNALBOX_URL'] : []),
      ...(named.apiKey === undefined ? ['--key or SIGNALBOX_API_KEY'] : []),
    ];
    throw new UsageError(
      `Give ${missing.join(', and ')}; or run \`npm start\`, whose endpoints are found by themselves.`,
    );
  }
  return { url: running.api_url, apiKey: named.apiKey ?? (needsAdmin ? running.admin_api_key : running.api_key) };
};
