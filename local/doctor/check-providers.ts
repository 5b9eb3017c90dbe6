import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Finding, failed, notChecked, ok } from './finding.ts';
import type { ProviderAddress } from './parse-arguments.ts';

const patience = 5_000;

/** Opens a connection and closes it; gives what it was. */
const reach = (address: string, { host, port, tls }: ProviderAddress): Promise<string> =>
  new Promise((resolve, reject) => {
    const servername = /[a-z]/i.test(host) ? host : undefined;
    const socket = tls ? connectTls({ host: address, port, servername }) : connect({ host: address, port });
    const done = (settle: () => void) => {
      settle();
      socket.destroy();
    };
    socket.setTimeout(patience, () => done(() => reject(new Error(`no answer within ${patience / 1000} s`))));
    socket.once('error', (error: Error) => done(() => reject(error)));
    socket.once(tls ? 'secureConnect' : 'connect', () =>
      done(() => resolve('getProtocol' in socket ? `${socket.getProtocol()}` : 'TCP')),
    );
  });

const lookUp = async (host: string): Promise<string | undefined> => {
  try {
    return (await lookup(host)).address;
  } catch {
    return undefined;
  }
};

/**
 * Whether a provider takes a connection from this machine, which is not where the bridge will come from: a carrier that
 * allows only the fixed addresses refuses it here, and rightly.
 */
export const checkProvider = async (provider: ProviderAddress, fixedAddresses: readonly string[]): Promise<Finding> => {
  const { name, host, port } = provider;
  const check = `provider ${name}`;
  const bridge = fixedAddresses.length > 0 ? fixedAddresses.join(', ') : 'the fixed addresses, once they are made';
  if (port < 1024 && port !== 443)
    return failed(
      check,
      `The bridge may go out to port 443 and from 1024 on, and not to ${port}: open it in infra/stacks/bridge.ts.`,
    );
  const address = await lookUp(host);
  if (address === undefined && /\.internal$/i.test(host))
    return notChecked(
      check,
      `${host} is known within the stage's network alone. Run npm run signalbox -- providers state ${name}`,
    );
  if (address === undefined)
    return failed(check, `No address is known for ${host}. Ask the carrier for its host name.`);
  try {
    const what = await reach(address, provider);
    return ok(check, `${host}:${port} takes connections (${what}) from here; for the bridge it has to allow ${bridge}`);
  } catch (error) {
    return {
      check,
      state: 'not checked',
      text: `${host}:${port} at ${address} was not reached from here (${(error as Error).message}). That may be its allow list, which has to name ${bridge}: after the deploy ask npm run signalbox -- providers state NAME`,
    };
  }
};
