import { parseArgs } from 'node:util';
import { deployedStages, type Stage } from '../../infra/config.ts';
import { ConfigurationFault } from '../../infra/configuration-fault.ts';

/** Where a provider answers. */
export interface ProviderAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export interface DoctorArguments {
  readonly stage: Stage;
  /** Beside those in the stage's database. */
  readonly providers: readonly ProviderAddress[];
}

export const usage = `npm run doctor -- --stage NAME [--provider smpps://host:port ...]

Says of everything that a deploy of the stage needs whether it is well, a line each. --provider (smpp:// in the clear,
smpps:// with TLS, https://) adds one that is not in the database yet; it may be given more than once.
Exit code 0: all is well; 1: something failed; 2: nothing failed, and something could not be checked.
`;

const defaultPorts: Readonly<Record<string, number>> = { 'smpp:': 2775, 'smpps:': 3550, 'http:': 80, 'https:': 443 };

/** @throws ConfigurationFault when it is no address of a provider. */
export const parseProvider = (text: string): ProviderAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const port = url?.port ? Number(url.port) : defaultPorts[url?.protocol ?? ''];
  if (!url?.hostname || port === undefined)
    throw new ConfigurationFault(
      `--provider ${text} is no address: set smpp://host:port, smpps://host:port or https://host.`,
    );
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { name: `${host}:${port}`, host, port, tls: url.protocol.endsWith('s:') };
};

const stageOf = (name: string | undefined): Stage => {
  const stage = deployedStages.find((known) => known === name);
  if (stage) return stage;
  const wrong = name === undefined ? 'No stage was named' : `${name} is deployed nowhere`;
  throw new ConfigurationFault(`${wrong}: set --stage NAME, where NAME is one of ${deployedStages.join(', ')}.`);
};

/**
 * What was asked for; null: how to ask.
 *
 * @throws ConfigurationFault in one sentence that says what to set.
 */
export const parseArguments = (words: readonly string[]): DoctorArguments | null => {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        stage: { type: 'string' },
        provider: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return null;
    return { stage: stageOf(values.stage), providers: (values.provider ?? []).map(parseProvider) };
  } catch (error) {
    if (error instanceof ConfigurationFault) throw error;
    throw new ConfigurationFault(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
